// What is right below a task: to be completed, put in order and added to.
import { announce } from '../announce.js';
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { html, useLayoutEffect, useRef, useState } from '../preact.js';
import { addressWith } from '../router.js';
import { findTask, tasksIn } from '../store/store.js';
import { oneLine } from '../text.js';
import { understand } from '../understand.js';
import { beginDrag } from './drag.js';
import { dragging } from './dragging.js';
import { orderBetween } from './outline.js';
import { addTask, place, setCompleted } from './task-actions.js';

export function PanelSubtasks({ task, isMine }) {
  const box = useRef(null);
  const wanted = useRef(null);
  const below = tasksIn(task.list_id).filter((each) => each.parent_id === task.id);
  useLayoutEffect(() => {
    // Where it was moved to, its row is another one.
    if (!wanted.current) return;
    box.current.querySelector(`[data-id="${wanted.current}"] .subtask-check`)?.focus();
    wanted.current = null;
  });
  const moveTo = (moved, index) => {
    const rest = below.filter((each) => each !== moved);
    const at = Math.max(0, Math.min(index, rest.length));
    if (rest[at - 1] === below[below.indexOf(moved) - 1] && rest[at] === below[below.indexOf(moved) + 1]) return;
    wanted.current = moved.id;
    place([{ task: moved, parentId: task.id, order: orderBetween(rest[at - 1], rest[at]) }]);
    announce(t('Moved to position {place}', { place: at + 1 }));
  };
  const drop = ({ ids, index, listId }) => {
    const moved = findTask([...ids][0]);
    if (moved && !listId) moveTo(moved, index);
  };
  if (!isMine && !below.length) return null;
  return html`<section class="panel-part" aria-labelledby="panel-subtasks">
    <h3>
      <span id="panel-subtasks">${t('Subtasks')}</span>${' '}
      ${below.length > 0 && html`<span class="muted">${below.filter((each) => each.completed).length}/${below.length}</span>`}
    </h3>
    <ul class="subtasks" ref=${box} aria-labelledby="panel-subtasks">
      ${below.map(
        (each, index) => html`<${Subtask}
          key=${each.id}
          task=${each}
          isMine=${isMine}
          isTarget=${dragging.value?.ids && !dragging.value.ids.has(each.id) && dragging.value.before === each.id}
          onMove=${(step) => moveTo(each, index + step)}
          onPress=${(event) => beginDrag(event, { ids: new Set([each.id]), depth: 0, rowsElement: box.current, drop })}
        />`,
      )}
    </ul>
    ${isMine && html`<${NewSubtask} parent=${task} />`}
  </section>`;
}

function Subtask({ task, isMine, isTarget, onMove, onPress }) {
  const { id, title, completed } = task;
  const onKeyDown = (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!isMine || !event.altKey || !step) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(step);
  };
  return html`<li
    class="subtask"
    data-id=${id}
    data-completed=${completed}
    data-target=${isTarget || undefined}
    onKeyDown=${onKeyDown}
    onPointerDown=${isMine ? onPress : undefined}
  >
    <span class="task-handle" data-handle=${isMine || undefined} aria-hidden="true">${isMine && icon('drag')}</span>
    <span class="task-check-target">
      <input
        type="checkbox"
        class="task-check subtask-check"
        aria-label=${t('Complete “{title}”', { title })}
        aria-keyshortcuts=${isMine ? 'Alt+ArrowUp Alt+ArrowDown' : undefined}
        checked=${completed}
        disabled=${!isMine}
        onChange=${(event) => setCompleted([task], event.target.checked)}
      />
    </span>
    <a class="subtask-title" href=${addressWith({ task: id })}><bdi>${title}</bdi></a>
  </li>`;
}

function NewSubtask({ parent }) {
  const [line, setLine] = useState('');
  const submit = (event) => {
    event.preventDefault();
    const understood = understand(line);
    const title = oneLine(understood.title).slice(0, 500);
    if (!title) return;
    const { due, labels, priority } = understood;
    addTask(parent.list_id, { title, parent_id: parent.id, ...(due && { due }), labels, priority });
    announce(t('Added “{title}”', { title }));
    setLine('');
  };
  return html`<form class="subtask-new" onSubmit=${submit}>
    ${icon('add')}
    <input
      maxlength="2000"
      autocomplete="off"
      enterkeyhint="done"
      aria-label=${t('Add a subtask')}
      placeholder=${t('Add a subtask')}
      value=${line}
      onInput=${(event) => setLine(event.target.value)}
      onKeyDown=${(event) => {
        if (event.key !== 'Escape' || !line) return;
        event.stopPropagation();
        setLine('');
      }}
    />
  </form>`;
}
