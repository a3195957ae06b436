// One task as a line of a list.
import { dueText } from '../dates.js';
import { icon } from '../icons.js';
import { t, tn } from '../i18n.js';
import { parts } from '../later.js';
import { html, useLayoutEffect, useRef } from '../preact.js';
import { findList, membersOf } from '../store/store.js';
import { priorityRank } from './task-actions.js';

/**
 * `isCurrent` is the row that the keys go to: its controls alone are stops of the tab key. What is done to a row is
 * heard by its list, which has a thousand of them; `on` has what becomes of a title: `{save, cancel}`.
 */
export function TaskRow({ task, depth, below, isOpen, isCurrent, isEditing, isSelected, canEdit, showList, now, zone, on }) {
  const stop = isCurrent ? 0 : -1;
  const { id, title, completed } = task;
  const facts = factsOf(task, { showList, below: isOpen ? 0 : below, now, zone });
  return html`<li
    class="task"
    id=${`task-${id}`}
    data-id=${id}
    data-completed=${completed}
    data-selected=${isSelected || undefined}
    data-priority=${priorityRank(task.priority) || undefined}
    style=${depth ? `--depth:${depth}` : undefined}
  >
    <span class="task-handle" data-handle=${canEdit || undefined}></span>
    ${below > 0
      ? html`<button
          class="icon-button small task-fold"
          tabindex=${stop}
          aria-expanded=${isOpen}
          aria-label=${tn('{count} subtask of “{title}”', '{count} subtasks of “{title}”', below, { title })}
        >
          ${icon('chevron')}
        </button>`
      : null}
    <input
      type="checkbox"
      class="task-check"
      tabindex=${stop}
      aria-label=${t('Complete “{title}”', { title })}
      aria-describedby=${facts.length ? `task-meta-${id}` : undefined}
      checked=${completed}
      disabled=${!canEdit}
    />
    <div class="task-body">
      ${isEditing
        ? html`<${TitleEditor} task=${task} on=${on} />`
        : html`<button
            class="task-title"
            tabindex=${stop}
            aria-label=${canEdit ? t('Edit “{title}”', { title }) : t('Open “{title}”', { title })}
          ><bdi>${title}</bdi></button>`}
      ${facts.length ? html`<div class="task-meta" id=${`task-meta-${id}`}>${facts}</div>` : null}
    </div>
    ${canEdit
      ? html`<button
          class="icon-button small task-remove"
          tabindex=${stop}
          aria-label=${t('Move “{title}” to the trash', { title })}
        ></button>`
      : null}
    <button class="icon-button small task-open" tabindex=${stop} aria-label=${t('Open “{title}”', { title })}></button>
  </li>`;
}

function TitleEditor({ task, on }) {
  const input = useRef(null);
  const isDone = useRef(false);
  useLayoutEffect(() => {
    input.current.focus();
    input.current.setSelectionRange(task.title.length, task.title.length);
  }, []);
  const finish = (how) => {
    // A blur follows Enter and Escape, too, and is to do nothing then.
    if (isDone.current) return;
    isDone.current = true;
    if (how === 'cancel') on.cancel(task);
    else on.save(task, input.current.value.trim(), how);
  };
  return html`<input
    ref=${input}
    class="task-edit"
    aria-label=${t('Title')}
    maxlength="500"
    defaultValue=${task.title}
    onBlur=${() => finish('blur')}
    onKeyDown=${(event) => {
      if (event.isComposing || !['Enter', 'Escape'].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      finish(event.key === 'Enter' ? 'enter' : 'cancel');
    }}
  />`;
}

// Everything about a task that is not its title. It is one description of the check box, so it is read with it.
function factsOf(task, { showList, below, now, zone }) {
  const { due, labels, notes, assignee_id: assignee, reminders, priority } = task;
  const facts = [];
  if (due) {
    const { text, full, state } = wordsOf(due, now, zone);
    facts.push(html`<span key="due" class="task-due" data-state=${task.completed ? 'later' : state} title=${full}>
      ${icon('calendar')}${text}${state === 'overdue' && !task.completed && html`<span class="hidden">, ${t('overdue')}</span>`}
    </span>`);
    if (due.recurrence) {
      const words = parts.value.recurrenceText?.(due.recurrence) ?? t('Repeats');
      facts.push(html`<span key="repeat" class="task-repeat" title=${words}>
        ${icon('repeat')}<span class="hidden">${words}</span>
      </span>`);
    }
  }
  if (priority) {
    const rank = priorityRank(priority);
    facts.push(html`<span key="priority" class="task-priority" data-priority=${rank}>
      ${icon('flag')}<span class="hidden">${t('Priority {rank}', { rank })}</span><span aria-hidden="true">${rank}</span>
    </span>`);
  }
  if (reminders.length) {
    facts.push(html`<span key="bell">${icon('bell')}<span class="hidden">${t('with a reminder')}</span></span>`);
  }
  if (notes) facts.push(html`<span key="notes">${icon('edit')}<span class="hidden">${t('with notes')}</span></span>`);
  if (below) facts.push(html`<span key="below">${icon('subtask')}${tn('{count} subtask', '{count} subtasks', below)}</span>`);
  for (const name of labels) facts.push(html`<span key=${`label ${name}`} class="task-label"><bdi>${name}</bdi></span>`);
  if (assignee) {
    const name = membersOf(task.list_id).find((member) => member.account_id === assignee)?.name;
    facts.push(html`<span key="assignee">${icon('person')}<bdi>${name || t('Somebody')}</bdi></span>`);
  }
  if (showList) {
    facts.push(html`<span key="list">${icon('list')}<bdi>${findList(task.list_id)?.title ?? ''}</bdi></span>`);
  }
  return facts;
}

// Many tasks of a list are due on the same day: the words for it are found once a minute.
const words = { now: null, zone: null, found: new Map() };

function wordsOf(due, now, zone) {
  if (words.now !== now || words.zone !== zone) Object.assign(words, { now, zone, found: new Map() });
  const key = due.date ?? `${due.at} ${due.time_zone}`;
  if (!words.found.has(key)) words.found.set(key, dueText(due, { now, timeZone: zone }));
  return words.found.get(key);
}
