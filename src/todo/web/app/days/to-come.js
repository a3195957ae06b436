// What is to come, by days at first, then by weeks and months.
import { startOfWeek } from '../calendar.js';
import { addDays, addMonths } from '../dates.js';
import { datedTasks } from './agenda.js';

const DAYS_SHOWN = 14;
const WEEKS_SHOWN = 6;

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
