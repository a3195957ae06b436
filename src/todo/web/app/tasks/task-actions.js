// What can be done to tasks, each with the words for it and a way back.
import { t, tn, tx } from '../i18n.js';
import { act, findList, findTask, newId, session, undo } from '../store/store.js';
import { toast } from '../toasts.js';
import { tellNextTime } from './next-time.js';

/** Whether whoever is here may change the list's tasks. */
export function canEdit(listId) {
  const who = session.value;
  if (who?.kind === 'link') return who.role === 'editor';
  return ['owner', 'editor'].includes(findList(listId)?.role);
}

/** Does something and offers to take it back. `operations` are those of a batch. Gives the gesture's id. */
export function doing(says, operations) {
  const gesture = act({ says, operations });
  toast(says, { action: { label: t('Undo'), run: () => undo(gesture) } });
  return gesture;
}

/** Adds a task; `fields` are those of the API. Without a list, one is made for it. Gives the task's id. */
export function addTask(listId, fields) {
  return addTasks([{ listId, fields }])[0];
}

/** Adds tasks at once: `{listId, fields}` of each. */
export function addTasks(tasks) {
  const operations = [];
  let made = null;
  const ids = tasks.map(({ listId, fields }) => {
    if (!listId && !made) {
      made = newId();
      operations.push({ do: 'create_list', list: { id: made, title: tx('list', 'To do') } });
    }
    const id = newId();
    operations.push({ do: 'create_task', list_id: listId ?? made, task: { ...fields, id } });
    return id;
  });
  const says = one(
    tasks,
    t('Added “{title}”', { title: tasks[0].fields.title }),
    tn('Added {count} task', 'Added {count} tasks', tasks.length),
  );
  act({ says, operations });
  return ids;
}

/** Changes fields of tasks, without a word: what was changed is seen where it was changed. */
export function setFields(tasks, changes, says = t('Changed the task')) {
  return act({ says, operations: tasks.map((task) => updated(task, changes)) });
}

/** Completes tasks, or opens them again. */
export function setCompleted(tasks, completed) {
  const [first] = tasks;
  const says = completed
    ? one(tasks, t('Completed “{title}”', { title: first.title }), tn('Completed {count} task', 'Completed {count} tasks', tasks.length))
    : one(tasks, t('Opened “{title}” again', { title: first.title }), tn('Opened {count} task again', 'Opened {count} tasks again', tasks.length));
  if (completed && tasks.length === 1 && first.due?.recurrence) tellNextTime(first);
  return doing(says, tasks.map((task) => updated(task, { completed })));
}

/** Moves tasks to the trash, with what is below them. */
export function discard(tasks) {
  const chosen = new Set(tasks.map((task) => task.id));
  // What is below one of them goes with it.
  const roots = tasks.filter((task) => !isBelow(task, chosen));
  const says = one(
    tasks,
    t('Moved “{title}” to the trash', { title: tasks[0].title }),
    tn('Moved {count} task to the trash', 'Moved {count} tasks to the trash', tasks.length),
  );
  return doing(says, roots.map((task) => ({ do: 'delete_task', id: task.id })));
}

/** Moves tasks to another list, with what is below them. */
export function moveToList(tasks, listId) {
  const chosen = new Set(tasks.map((task) => task.id));
  const roots = tasks.filter((task) => !isBelow(task, chosen) && task.list_id !== listId);
  if (!roots.length) return null;
  const list = findList(listId)?.title ?? '';
  const says = one(
    tasks,
    t('Moved “{title}” to {list}', { title: tasks[0].title, list }),
    tn('Moved {count} task to {list}', 'Moved {count} tasks to {list}', tasks.length, { list }),
  );
  return doing(says, roots.map((task) => updated(task, { list_id: listId, ...(task.parent_id ? { parent_id: null } : {}) })));
}

/** Puts tasks where they were dropped: each as `{task, parentId, order}`. */
export function place(placed) {
  const operations = placed
    .filter(({ task, parentId, order }) => task.parent_id !== parentId || task.order !== order)
    .map(({ task, parentId, order }) => updated(task, { order, ...(task.parent_id === parentId ? {} : { parent_id: parentId }) }));
  if (!operations.length) return null;
  return act({ says: one(placed, t('Moved “{title}”', { title: placed[0].task.title }), t('Moved the tasks')), operations });
}

/** `2` as people say it: 1 is the most urgent, where the API has 4. */
export function priorityRank(priority) {
  return priority ? 5 - priority : 0;
}

function updated(task, changes) {
  return { do: 'update_task', id: task.id, changes };
}

function isBelow(task, ids) {
  for (let above = findTask(task.parent_id); above; above = findTask(above.parent_id)) {
    if (ids.has(above.id)) return true;
  }
  return false;
}

function one(tasks, singular, plural) {
  return tasks.length === 1 ? singular : plural;
}
