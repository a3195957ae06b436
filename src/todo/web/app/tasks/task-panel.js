// All of a task, at `?task=` of any view: beside it where there is room, else over it.
import { announce } from '../announce.js';
import { momentText } from '../date-words.js';
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { zone } from '../now.js';
import { html, useEffect, useLayoutEffect, useRef, useState } from '../preact.js';
import { addressWith, navigate, route } from '../router.js';
import { act, findList, findTask, session, status } from '../store/store.js';
import { toast } from '../toasts.js';
import { MenuButton } from '../ui/menu-button.js';
import { copyOf } from './copies.js';
import { PanelActivity } from './panel-activity.js';
import { PanelFacts } from './panel-facts.js';
import { PanelNotes } from './panel-notes.js';
import { PanelSubtasks } from './panel-subtasks.js';
import { PanelTitle } from './panel-title.js';
import { pick } from './picking.js';
import { canEdit, discard, doing, setCompleted, setFields } from './task-actions.js';

const BESIDE = '(min-width: 1200px)';

export function TaskPanel() {
  const id = route.value.query.task;
  if (!id || !session.value) return null;
  return html`<${Panel} id=${id} />`;
}

function Panel({ id }) {
  const box = useRef(null);
  const seen = useRef(null);
  const isBeside = useMedia(BESIDE);
  const task = findTask(id) ?? null;
  if (task) seen.current = task;
  const gone = task || seen.current?.id !== id ? null : seen.current;
  useFocus(box, id);
  useEffect(() => {
    // What lies below it cannot be reached.
    const frame = document.querySelector('.shell');
    if (!frame || isBeside) return undefined;
    frame.inert = true;
    return () => {
      frame.inert = false;
    };
  }, [isBeside]);
  const onKeyDown = (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  return html`<div class="panel-scrim" onClick=${close}></div>
    <div
      ref=${box}
      class="panel"
      role=${isBeside ? 'region' : 'dialog'}
      aria-modal=${isBeside ? undefined : 'true'}
      aria-label=${task ? t('Task: {title}', { title: task.title }) : t('Task')}
      tabindex="-1"
      onKeyDown=${onKeyDown}
    >
      <div class="panel-head">
        ${task ? html`<${Way} task=${task} />` : html`<span></span>`}
        ${task && html`<${PanelMenu} task=${task} isMine=${canEdit(task.list_id)} />`}
        <button type="button" class="icon-button" aria-label=${t('Close')} onClick=${close}>${icon('close')}</button>
      </div>
      ${task ? html`<${Whole} key=${id} task=${task} />` : html`<${Gone} id=${id} gone=${gone} />`}
    </div>`;
}

function Whole({ task }) {
  const isMine = canEdit(task.list_id);
  const { title, completed } = task;
  return html`<div class="panel-top" data-priority=${task.priority ? 5 - task.priority : 0} data-completed=${completed}>
      <span class="task-check-target">
        <input
          type="checkbox"
          class="task-check"
          aria-label=${t('Complete “{title}”', { title })}
          checked=${completed}
          disabled=${!isMine}
          onChange=${(event) => setCompleted([task], event.target.checked)}
        />
      </span>
      <${PanelTitle} task=${task} isMine=${isMine} />
    </div>
    <${PanelFacts} task=${task} isMine=${isMine} />
    <${PanelNotes} task=${task} isMine=${isMine} />
    <${PanelSubtasks} task=${task} isMine=${isMine} />
    <${PanelActivity} task=${task} />
    <p class="panel-times muted">
      ${completed && task.completed_at && html`<span>${t('Completed {moment}', { moment: momentText(task.completed_at, zone.value) })}</span>`}
      <span>${t('Added {moment}', { moment: momentText(task.created_at, zone.value) })}</span>
      <span>${t('Changed {moment}', { moment: momentText(task.updated_at, zone.value) })}</span>
    </p>`;
}

// The list, and what it is part of.
function Way({ task }) {
  const list = findList(task.list_id);
  const parent = task.parent_id && findTask(task.parent_id);
  return html`<nav class="panel-way" aria-label=${t('Where the task is')}>
    ${list && html`<a href=${`/lists/${list.id}?task=${task.id}`}><bdi>${list.title}</bdi></a>`}
    ${parent && html`${icon('chevron')}<a href=${addressWith({ task: parent.id })}><bdi>${parent.title}</bdi></a>`}
  </nav>`;
}

function PanelMenu({ task, isMine }) {
  const isPerson = session.value.kind === 'person';
  const duplicate = () => {
    const { id, operations } = copyOf(task);
    doing(t('Duplicated “{title}”', { title: task.title }), operations);
    navigate(addressWith({ task: id }));
  };
  const copyLink = async () => {
    const address = new URL(`/lists/${task.list_id}?task=${task.id}`, location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      toast(t('Copied the link'));
    } catch {
      toast(t('The link: {address}', { address }));
    }
  };
  const remove = () => {
    close();
    discard([task]);
  };
  const items = [
    isMine && { label: t('Duplicate'), icon: 'copy', run: duplicate },
    isPerson && { label: t('Copy the link'), icon: 'link', run: copyLink },
    isMine && isPerson && {
      label: t('Move to a list'),
      icon: 'list',
      run: () => pick('list', [task], document.querySelector('.panel [data-fact=list]')),
    },
    isMine && task.parent_id !== null && {
      label: t('Make it no subtask'),
      icon: 'subtask',
      run: () => setFields([task], { parent_id: null }, t('“{title}” is no subtask any more', { title: task.title })),
    },
    isMine && null,
    isMine && { label: t('Move to the trash'), icon: 'trash', danger: true, run: remove },
  ].filter((item) => item || item === null);
  if (!items.length) return null;
  return html`<${MenuButton} label=${t('More for this task')} items=${items} />`;
}

function Gone({ id, gone }) {
  useEffect(() => {
    if (gone) announce(t('“{title}” is not here any more', { title: gone.title }));
  }, [gone]);
  if (!gone && status.value.loading) return html`<p class="muted" role="status">${t('Loading…')}</p>`;
  const restore = () =>
    act({ says: t('Restored “{title}”', { title: gone.title }), operations: [{ do: 'restore_task', id }] });
  return html`<div class="panel-gone">
    <h2>${gone ? html`<bdi>${gone.title}</bdi>` : t('There is no such task')}</h2>
    <p>
      ${gone
        ? t('It is not here any more: somebody moved it to the trash, or to a list that you do not see.')
        : t('It may have been deleted, or is in a list that you do not see.')}
    </p>
    ${gone &&
    canEdit(gone.list_id) &&
    html`<button type="button" class="button" onClick=${restore}>${icon('restore')}${t('Restore it')}</button>`}
  </div>`;
}

function close() {
  navigate(addressWith({ task: null }));
}

// The focus goes to what is opened, and back to where it was.
function useFocus(box, id) {
  const before = useRef(null);
  useLayoutEffect(() => {
    before.current ??= document.activeElement;
    box.current.focus({ preventScroll: true });
  }, [id]);
  useEffect(
    () => () => {
      const row = [...document.querySelectorAll('.task [tabindex="0"]')][0];
      const target = before.current?.isConnected && before.current !== document.body ? before.current : row;
      // The frame takes no focus before the panel is gone.
      requestAnimationFrame(() => target?.focus());
    },
    [],
  );
}

function useMedia(query) {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const change = () => setMatches(media.matches);
    media.addEventListener('change', change);
    return () => media.removeEventListener('change', change);
  }, [query]);
  return matches;
}
