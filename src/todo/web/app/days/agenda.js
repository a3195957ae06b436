// Open tasks by the days on which they are due, as the person's zone has them.
import { daysBetween, dueDayIn, dueInstant } from '../dates.js';

/** `{overdue, today}`: what was due before the day and is not done, and what is due on it, each in the order of time. */
export function agendaOf(tasks, day, timeZone) {
  const dated = datedTasks(tasks, timeZone);
  return {
    overdue: dated.filter((each) => each.day < day).map(({ task }) => task),
    today: dated.filter((each) => each.day === day).map(({ task }) => task),
  };
}

/** By how many days a task has to be moved to be due on a day. */
export function daysTo(task, day, timeZone) {
  return daysBetween(dueDayIn(task.due, timeZone), day);
}

/** `{task, day}` of each, by day; within one, what has no time comes first, and then by the list's order. */
export function datedTasks(tasks, timeZone) {
  return tasks
    .filter((task) => task.due && !task.completed)
    .map((task) => ({ task, day: dueDayIn(task.due, timeZone), at: task.due.at ? dueInstant(task.due, timeZone) : 0 }))
    .sort(
      (one, other) =>
        compare(one.day, other.day) ||
        one.at - other.at ||
        other.task.priority - one.task.priority ||
        one.task.order - other.task.order,
    );
}

function compare(one, other) {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
