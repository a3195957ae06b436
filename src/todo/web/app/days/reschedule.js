// Gives tasks another day. The time, its zone and the recurrence stay as they are.
import { shiftDue } from '../dates.js';
import { t, tn } from '../i18n.js';
import { zone } from '../now.js';
import { canEdit, doing } from '../tasks/task-actions.js';
import { daysTo } from './agenda.js';

/** Moves the tasks to the day; `name` is what the day is called. Those that may not be changed stay. */
export function rescheduleTo(tasks, day, name) {
  const operations = tasks
    .filter((task) => canEdit(task.list_id))
    .map((task) => ({ task, days: task.due ? daysTo(task, day, zone.value) : 0 }))
    .filter(({ task, days }) => !task.due || days !== 0)
    .map(({ task, days }) => ({
      do: 'update_task',
      id: task.id,
      changes: { due: task.due ? shiftDue(task.due, days) : { date: day } },
    }));
  if (!operations.length) return null;
  const says =
    operations.length === 1
      ? t('Moved “{title}” to {day}', { title: tasks.find((task) => task.id === operations[0].id).title, day: name })
      : tn('Moved {count} task to {day}', 'Moved {count} tasks to {day}', operations.length, { day: name });
  return doing(says, operations);
}
