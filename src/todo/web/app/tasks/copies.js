// Copies of tasks, with all that is below them.
import { newId, tasksIn } from '../store/store.js';

// What the API takes of a new task.
const COPIED = ['title', 'notes', 'priority', 'due', 'reminders', 'labels', 'assignee_id'];

/** The operations that make a copy right behind a task: `{id, operations}`. Copies are open. */
export function copyOf(task) {
  const all = tasksIn(task.list_id);
  const operations = [];
  const add = (each, parentId, place) => {
    const id = newId();
    const fields = Object.fromEntries(COPIED.map((name) => [name, each[name]]));
    operations.push({
      do: 'create_task',
      list_id: each.list_id,
      task: { ...fields, due: each.due && newDue(each.due), id, parent_id: parentId, ...place },
    });
    for (const child of all.filter((other) => other.parent_id === each.id)) add(child, id, { order: child.order });
    return id;
  };
  return { id: add(task, task.parent_id, { after: task.id }), operations };
}

function newDue({ date, at, time_zone: timeZone, recurrence }) {
  return { ...(date ? { date } : { at, time_zone: timeZone }), ...(recurrence ? { recurrence } : {}) };
}
