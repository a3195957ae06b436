// Tasks as lines that one moves among with the arrow keys, in sections.
import { announce } from '../announce.js';
import { icon } from '../icons.js';
import { t, tn } from '../i18n.js';
import { Later, parts } from '../later.js';
import { now, zone } from '../now.js';
import { html, useEffect, useLayoutEffect, useRef, useSameElements, useState } from '../preact.js';
import { addressWith, navigate } from '../router.js';
import { findTask } from '../store/store.js';
import { dragging } from './dragging.js';
import { placeAt, rowsOf, without } from './outline.js';
import { pick } from './picking.js';
import { selected, selectAll, selectNone, selectUpTo, toggleSelected } from './selection.js';
import { canEdit, discard, moveToList, place, setCompleted, setFields } from './task-actions.js';
import { TaskRow } from './task-row.js';

// So many rows are drawn at first, more than the tallest screen has, and when those are seen so many more with each turn.
const FIRST_ROWS = 80;
const MORE_ROWS = 1000;
const MOST_UNASKED = 3000;
const MINUTE_MS = 60_000;

/**
 * `sections` are `{key, title, tasks, day, extra}`, each in the order shown; a `day` can be dropped on. `isOutline`
 * says that tasks lie below their parents and can be put in another order. `isFlat` lists show each task by itself.
 */
export function TaskList({ sections, showList = false, isOutline = false, empty = null, onDropOnDay = null }) {
  const [closed, setClosed] = useState(new Set());
  const [current, setCurrent] = useState(null);
  const [editing, setEditing] = useState(null);
  const [room, setRoom] = useState(FIRST_ROWS);
  const box = useRef(null);
  const wanted = useRef(null);
  const chosen = selected.value;
  const groups = sections.map((section) => ({
    ...section,
    rows: isOutline ? rowsOf(section.tasks, closed) : section.tasks.map((task) => ({ task, depth: 0, below: 0, isOpen: true })),
  }));
  const rows = groups.flatMap((group) => group.rows);
  const ids = rows.map((row) => row.task.id);
  const at = ids.includes(current) ? current : (ids[0] ?? null);
  const minute = Math.floor(now.value / MINUTE_MS) * MINUTE_MS;
  const drawRow = useSameElements(TaskRow);

  useEffect(() => {
    if (room >= rows.length || room >= MOST_UNASKED) return undefined;
    const soon = requestAnimationFrame(() => setTimeout(() => setRoom(room + MORE_ROWS)));
    return () => cancelAnimationFrame(soon);
  }, [room, rows.length]);
  useEffect(() => selectNone, []);
  useLayoutEffect(() => {
    // Where the focus is to go was decided before the row was there.
    if (!wanted.current) return;
    const row = rowElement(wanted.current);
    if (!row) return;
    wanted.current = null;
    focusRow(row);
  });

  const chosenOr = (task) => (chosen.has(task.id) ? ids.filter((id) => chosen.has(id)).map(findTask) : [task]);
  const focusOn = (id) => {
    if (!id) return;
    if (id === current && !editing && rowElement(id)) {
      // Nothing is drawn anew for it, and what is wanted later would take the focus from something else.
      focusRow(rowElement(id));
      return;
    }
    wanted.current = id;
    if (ids.indexOf(id) >= room) setRoom(ids.indexOf(id) + MORE_ROWS);
    setCurrent(id);
    setEditing(null);
  };
  const neighbour = (id, step) => ids[Math.max(0, Math.min(ids.length - 1, ids.indexOf(id) + step))];
  // The row that has the focus once these have gone from where they are.
  const leave = (gone) => {
    const going = new Set(gone.map((task) => task.id));
    const from = ids.indexOf(gone[0].id);
    const next = ids.slice(from).find((id) => !going.has(id)) ?? ids.slice(0, from).findLast((id) => !going.has(id));
    if (box.current.contains(document.activeElement)) focusOn(next);
  };
  const reorder = (task, step) => {
    const row = rows.find((each) => each.task.id === task.id);
    const group = groups.find((each) => each.rows.includes(row));
    const siblings = group.rows.filter((each) => each.depth === row.depth && each.task.parent_id === row.task.parent_id);
    const target = siblings[siblings.indexOf(row) + step];
    if (!target) return;
    const rest = without(group.rows, new Set([task.id]));
    let index = rest.findIndex((each) => each.task.id === target.task.id);
    if (step > 0) index += 1 + visibleBelow(rest, index);
    putAt([task], rest, index, row.depth);
  };
  const indent = (task, step) => {
    const row = rows.find((each) => each.task.id === task.id);
    const group = groups.find((each) => each.rows.includes(row));
    const rest = without(group.rows, new Set([task.id]));
    const index = group.rows.indexOf(row);
    if (step > 0) {
      putAt([task], rest, index, row.depth + 1);
    } else if (row.depth > 0) {
      // Behind everything that is below its parent, as its parent's next sibling.
      let end = index;
      while (end < rest.length && rest[end].depth >= row.depth) end += 1;
      putAt([task], rest, end, row.depth - 1);
    }
  };
  const putAt = (moved, rest, index, depth) => {
    const spot = placeAt(rest, index, depth);
    if (place(moved.map((task, nth) => ({ task, parentId: spot.parentId, order: spread(spot, rest, index, nth, moved.length) })))) {
      wanted.current = moved[0].id;
      const parent = findTask(spot.parentId);
      announce(parent ? t('Moved below “{title}”', { title: parent.title }) : t('Moved to position {place}', { place: index + 1 }));
    }
  };
  const drop = ({ ids: moved, listId, index, depth, day }) => {
    const tasks = [...moved].map(findTask).filter(Boolean);
    if (listId) {
      if (moveToList(tasks, listId)) selectNone();
    } else if (day && onDropOnDay) onDropOnDay(tasks, day);
    else if (isOutline) {
      const rest = without(rows, moved);
      putAt(tasks, rest, indexAmong(rest, rows, moved, index), depth);
    }
  };

  // One object for all rows and all times, so that a row is drawn anew only for its own sake.
  const on = useRef({}).current;
  Object.assign(on, {
    check: (task, isChecked) => {
      const tasks = chosenOr(task);
      if (!task.due?.recurrence) leave(tasks);
      setCompleted(tasks, isChecked);
      selectNone();
    },
    edit: (task) => {
      setCurrent(task.id);
      setEditing(task.id);
    },
    save: (task, title, how) => {
      setEditing(null);
      if (how === 'enter') wanted.current = task.id;
      if (!title) {
        leave([task]);
        discard([task]);
      } else if (title !== task.title) setFields([task], { title }, t('Renamed “{title}”', { title: task.title }));
    },
    cancel: (task) => focusOn(task.id),
    open: (task) => navigate(addressWith({ task: task.id })),
    remove: (task) => {
      const tasks = chosenOr(task);
      leave(tasks);
      discard(tasks);
      selectNone();
    },
    fold: (task) => {
      const next = new Set(closed);
      if (!next.delete(task.id)) next.add(task.id);
      setClosed(next);
    },
  });

  // What happens to a row is heard here: it is one handler instead of a thousand.
  const onPointerDown = (event) => {
    const task = taskAt(event);
    if (!task || !canEdit(task.list_id) || editing === task.id) return;
    const moved = chosen.has(task.id) ? chosen : new Set([task.id]);
    const row = rows.find((each) => each.task.id === task.id);
    parts.peek().beginDrag?.(event, { ids: moved, depth: row.depth, rowsElement: box.current, drop });
  };
  const onClick = (event) => {
    const task = taskAt(event);
    if (!task) return;
    if (event.shiftKey || event.ctrlKey || event.metaKey) {
      if (event.shiftKey) selectUpTo(task.id, ids, at);
      else toggleSelected(task.id);
      event.preventDefault();
      return;
    }
    const control = event.target.closest('button')?.classList;
    if (control?.contains('task-title')) (canEdit(task.list_id) ? on.edit : on.open)(task);
    else if (control?.contains('task-open')) on.open(task);
    else if (control?.contains('task-remove')) on.remove(task);
    else if (control?.contains('task-fold')) on.fold(task);
  };
  const onChange = (event) => {
    if (event.target.matches('.task-check')) on.check(taskAt(event), event.target.checked);
  };
  const onFocusIn = (event) => {
    if (event.target.matches('.task-check')) setCurrent(taskAt(event).id);
  };
  const onKeyDown = (event) => {
    if (event.defaultPrevented || event.target.matches('.task-edit')) return;
    const task = taskAt(event);
    if (task && commands(event, task)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const commands = (event, task) => {
    const { key, shiftKey, altKey } = event;
    const isMine = canEdit(task.list_id);
    if (event.ctrlKey || event.metaKey) {
      if (key !== 'a') return false;
      selectAll(ids);
      announce(tn('{count} task selected', '{count} tasks selected', ids.length));
      return true;
    }
    const forward = getComputedStyle(box.current).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[key];
    if (step && altKey) {
      if (isMine && isOutline) reorder(task, step);
      return true;
    }
    if (step) {
      const next = neighbour(task.id, step);
      if (shiftKey) {
        selectUpTo(next, ids, task.id);
        announce(tn('{count} task selected', '{count} tasks selected', selected.value.size));
      }
      focusOn(next);
      return true;
    }
    if (altKey && (key === 'ArrowRight' || key === 'ArrowLeft')) {
      if (isMine && isOutline) indent(task, key === forward ? 1 : -1);
      return true;
    }
    if (altKey) return false;
    if (key === 'Home' || key === 'End') focusOn(key === 'Home' ? ids[0] : ids.at(-1));
    else if (key === 'Enter' && event.target.matches('.task-check')) (isMine ? on.edit : on.open)(task);
    else if (key === 'o') on.open(task);
    else if (key === 'x') {
      toggleSelected(task.id);
      announce(selected.value.has(task.id) ? t('Selected') : t('Not selected'));
    } else if (key === 'Escape' && chosen.size) selectNone();
    else if (isMine && (key === 'Delete' || key === 'Backspace')) on.remove(task);
    else if (isMine && '01234'.includes(key)) setFields(chosenOr(task), { priority: key === '0' ? 0 : 5 - Number(key) });
    else if (isMine && PICKERS[key]) pick(PICKERS[key], chosenOr(task), rowElement(task.id));
    else return false;
    return true;
  };

  const drag = dragging.value;
  let left = room;
  if (!rows.length && empty) return empty;
  return html`<div
    class="task-list"
    ref=${box}
    data-outline=${isOutline}
    onKeyDown=${onKeyDown}
    onPointerDown=${onPointerDown}
    onClick=${onClick}
    onChange=${onChange}
    onFocusIn=${onFocusIn}
  >
    ${groups.map((group) => {
      const part = group.rows.slice(0, Math.max(0, left));
      left -= group.rows.length;
      return html`<section key=${group.key} class="task-section" data-drop-day=${group.day}>
        ${group.title && html`<h2 class="task-heading">${group.title}</h2>`}
        <ul class="tasks" aria-label=${group.label ?? t('Tasks')}>
          ${part.map(({ task, depth, below, isOpen }) =>
            drawRow(task.id, {
              task,
              depth,
              below,
              isOpen,
              isCurrent: task.id === at,
              isEditing: task.id === editing,
              isSelected: chosen.has(task.id),
              canEdit: canEdit(task.list_id),
              showList,
              now: task.due ? minute : 0,
              zone: zone.value,
              on,
            }),
          )}
        </ul>
        ${group.extra}
      </section>`;
    })}
    ${isOutline && drag?.rows === box.current && !drag.listId && html`<${DropLine} box=${box.current} drag=${drag} />`}
    ${rows.length > Math.max(room, MOST_UNASKED) &&
    html`<p class="task-more">
      <button type="button" class="button" onClick=${() => setRoom(room + MOST_UNASKED)}>
        ${tn('Show {count} more', 'Show {count} more', rows.length - room)}
      </button>
    </p>`}
    <${Later} part="SelectionBar" tasks=${ids.filter((id) => chosen.has(id)).map(findTask)} />
  </div>`;
}

const PICKERS = { d: 'due', l: 'labels', v: 'list', p: 'priority', a: 'assignee', r: 'reminders' };

// Where what is dragged would go.
function DropLine({ box, drag }) {
  const rows = [...box.querySelectorAll('[data-id]')].filter((row) => !drag.ids.has(row.dataset.id));
  const beneath = rows[drag.index];
  const above = rows[drag.index - 1];
  const depthOf = (row) => Number(row?.style.getPropertyValue('--depth') || 0);
  const most = above ? depthOf(above) + 1 : 0;
  const depth = Math.max(Math.min(drag.depth, most), beneath ? Math.min(depthOf(beneath), most) : 0);
  const edge = beneath ? beneath.getBoundingClientRect().top : (above?.getBoundingClientRect().bottom ?? 0);
  const top = edge - box.getBoundingClientRect().top;
  return html`<div class="drop-line" aria-hidden="true" style=${{ top: `${top}px`, '--depth': depth }}></div>`;
}

function taskAt(event) {
  const row = event.target.closest('[data-id]');
  return row && findTask(row.dataset.id);
}

function focusRow(row) {
  row.querySelector('.task-check:enabled, .task-title')?.focus();
  row.scrollIntoView({ block: 'nearest' });
}

function rowElement(id) {
  return document.getElementById(`task-${id}`);
}

function visibleBelow(rows, index) {
  let count = 0;
  while (rows[index + 1 + count]?.depth > rows[index].depth) count += 1;
  return count;
}

// The drag counts the rows on the screen that stay; those below what is dragged go along and do not count.
function indexAmong(rest, rows, moved, index) {
  const stayed = rows.filter((row) => !moved.has(row.task.id));
  const next = stayed.slice(index).find((row) => rest.includes(row));
  return next ? rest.indexOf(next) : rest.length;
}

// Several tasks that are dropped together keep their order, between the same two neighbours.
function spread(spot, rest, index, nth, count) {
  if (count === 1) return spot.order;
  const siblings = rest.filter((row) => row.depth === spot.depth);
  const after = siblings.find((row) => row.task.order > spot.order)?.task.order ?? spot.order + 1;
  return spot.order + ((after - spot.order) * nth) / count;
}
