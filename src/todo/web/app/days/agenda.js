// Open tasks by the days on which they are due, as the person's zone has them.
import { addDays, addMonths, daysBetween, dueDayIn, dueInstant, startOfWeek } from '../dates.js';

const DAYS_SHOWN = 14;
const WEEKS_SHOWN = 6;

/** `{overdue, today}`: what was due before the day and is not done, and what is due on it, each in the order of time. */
export function agendaOf(tasks, day, timeZone) {
  const dated = datedTasks(tasks, timeZone);
  return {
    overdue: dated.filter((each) => each.day < day).map(({ task }) => task),
    today: dated.filter((each) => each.day === day).map(({ task }) => task),
  };
}

/**
 * What is to come, from the day: `{overdue, days, later}`. `days` are two weeks, `{day, tasks}` also where there is
 * nothing; `later` are the weeks and then months in which there is something, `{key, from, to, kind, tasks}`.
 */
export function upcomingOf(tasks, day, timeZone) {
  const dated = datedTasks(tasks, timeZone);
  const end = addDays(day, DAYS_SHOWN);
  const byDay = Map.groupBy(dated, (each) => each.day);
  const days = Array.from({ length: DAYS_SHOWN }, (_, at) => {
    const shown = addDays(day, at);
    return { day: shown, tasks: (byDay.get(shown) ?? []).map(({ task }) => task) };
  });
  const lastWeek = addDays(startOfWeek(end), WEEKS_SHOWN * 7);
  const later = new Map();
  for (const { task, day: due } of dated) {
    if (due < end) continue;
    const span = due < lastWeek ? weekOf(due, end) : monthOf(due, lastWeek);
    if (!later.has(span.key)) later.set(span.key, { ...span, tasks: [] });
    later.get(span.key).tasks.push(task);
  }
  return { overdue: dated.filter((each) => each.day < day).map(({ task }) => task), days, later: [...later.values()] };
}

/** By how many days a task has to be moved to be due on a day. */
export function daysTo(task, day, timeZone) {
  return daysBetween(dueDayIn(task.due, timeZone), day);
}

// Sorted by day; within one, what has no time comes first, and then by the list's order.
function datedTasks(tasks, timeZone) {
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

function weekOf(day, first) {
  const start = startOfWeek(day);
  const from = start < first ? first : start;
  return { key: `week ${start}`, kind: 'week', from, to: addDays(start, 6) };
}

function monthOf(day, first) {
  const start = `${day.slice(0, 7)}-01`;
  const from = start < first ? first : start;
  return { key: `month ${start}`, kind: 'month', from, to: addDays(addMonths(start, 1), -1) };
}

function compare(one, other) {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
