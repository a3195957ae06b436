// The notes of a task: text whose links can be followed, and which can be edited.
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { html, useLayoutEffect, useRef } from '../preact.js';
import { someLines } from '../text.js';
import { useDraft } from '../ui/draft.js';
import { GrowingText } from '../ui/growing-text.js';
import { LinkedText } from '../ui/linked-text.js';
import { setFields } from './task-actions.js';

const LONGEST = 16_384;

export function PanelNotes({ task, isMine }) {
  const field = useRef(null);
  const button = useRef(null);
  const draft = useDraft(task.notes, (text) => {
    const notes = someLines(text);
    if (notes !== task.notes) setFields([task], { notes }, t('Changed the notes of “{title}”', { title: task.title }));
  });
  const isBack = useRef(false);
  useLayoutEffect(() => {
    if (draft.isEditing) {
      field.current.focus();
      field.current.setSelectionRange(field.current.value.length, field.current.value.length);
    } else if (isBack.current) {
      isBack.current = false;
      button.current?.focus();
    }
  }, [draft.isEditing]);
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    const isKept = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
    if (event.key !== 'Escape' && !isKept) return;
    event.preventDefault();
    event.stopPropagation();
    isBack.current = true;
    if (isKept) draft.keep();
    else draft.giveUp();
  };
  const press = (event) => {
    // Following a link or choosing some of the text is no editing.
    if (isMine && !event.target.closest('a') && getSelection().isCollapsed) draft.begin();
  };
  return html`<section class="panel-part" aria-labelledby="panel-notes">
    <h3>
      <span id="panel-notes">${t('Notes')}</span>
      ${isMine &&
      !draft.isEditing &&
      html`<button ref=${button} type="button" class="icon-button small" aria-label=${t('Edit the notes')} onClick=${draft.begin}>
        ${icon('edit')}
      </button>`}
    </h3>
    ${draft.isEditing
      ? html`<${GrowingText}
            field=${field}
            class="panel-notes-edit"
            rows="4"
            maxlength=${LONGEST}
            aria-labelledby="panel-notes"
            aria-describedby="panel-notes-hint"
            value=${draft.text}
            onInput=${(event) => draft.write(event.target.value)}
            onBlur=${draft.keep}
            onKeyDown=${onKeyDown}
          />
          <p id="panel-notes-hint" class="muted">${t('Ctrl and Enter keep them, Escape takes back what you wrote.')}</p>`
      : html`<div class="panel-notes" data-empty=${!task.notes} dir="auto" onClick=${press}>
          ${task.notes ? html`<${LinkedText} text=${task.notes} />` : isMine ? t('Add notes') : t('None')}
        </div>`}
  </section>`;
}
