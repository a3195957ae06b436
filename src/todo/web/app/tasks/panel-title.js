// The title of a task, edited in place.
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { oneLine } from '../text.js';
import { useDraft } from '../ui/draft.js';
import { GrowingText } from '../ui/growing-text.js';
import { setFields } from './task-actions.js';

export function PanelTitle({ task, isMine }) {
  const draft = useDraft(task.title, (text) => {
    const title = oneLine(text);
    if (title && title !== task.title) setFields([task], { title }, t('Renamed “{title}”', { title: task.title }));
  });
  if (!isMine) return html`<h2 class="panel-title"><bdi>${task.title}</bdi></h2>`;
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      draft.keep();
    } else if (event.key === 'Escape' && draft.isEditing && draft.text !== task.title) {
      event.preventDefault();
      event.stopPropagation();
      draft.giveUp();
    }
  };
  return html`<h2 class="hidden">${task.title}</h2>
    <${GrowingText}
      class="panel-title"
      rows="1"
      maxlength="500"
      enterkeyhint="done"
      aria-label=${t('Title')}
      value=${draft.text}
      onFocus=${draft.begin}
      onInput=${(event) => (draft.isEditing ? draft : begun(draft)).write(event.target.value)}
      onBlur=${draft.keep}
      onKeyDown=${onKeyDown}
    />`;
}

// Whoever goes on writing after Enter edits again.
function begun(draft) {
  draft.begin();
  return draft;
}
