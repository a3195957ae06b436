// When a task is due by the phrases of a line, and which of them say it.

import { isoDate } from './days.js';
import { firstDay, ruleText } from './rules.js';

/** The due, and the pieces that it was made from: of each kind the last one. */
export function dueOf(found, now, timeZone) {
  const last = (kind, part = false) =>
    found.findLast((piece) => piece.kind === kind && isPartOfDay(piece) === part);
  const recurrence = last('recurrence');
  const until = recurrence && last('until');
  const [day, part, clock] = [last('date'), last('time', true), last('time')];
  const used = [recurrence, until, day, part, clock].filter((piece) => piece !== undefined);
  if (!used.length) return { due: null, used };
  const hour = [part, day, recurrence].map((piece) => piece?.value.part ?? null)
    .find((each) => each !== null) ?? null;
  let minutes = minutesOf(clock?.value, day?.value, hour);
  const start = startOf(day?.value, now, minutes);
  const isPart = !clock && hour !== null && minutes === hour * 60;
  if (isPart && start === now.today && now.isPast(minutes)) {
    minutes = null; // this part of today is over, today is not
  }
  const first = recurrence ? firstDay(recurrence.value, start) : start;
  const due = minutes === null ? { date: isoDate(first) } : moment(first, minutes, timeZone);
  if (recurrence) due.recurrence = ruleText(recurrence.value, until ? until.value.day : null);
  return { due, used };
}

function isPartOfDay({ kind, value }) {
  return kind === 'time' && value.clock === null;
}

// The time of the due in minutes from midnight; null for a date.
function minutesOf(time, said, hour) {
  if (time) return time.bare && hour !== null && hour >= 12 ? time.clock + 720 : time.clock;
  if (said && said.clock !== null) return said.clock;
  return hour === null ? null : hour * 60;
}

// The day that is said; else today, or tomorrow where the time of today has passed.
function startOf(said, now, minutes) {
  if (said) return said.day;
  return now.today + (minutes !== null && now.isPast(minutes) ? 1 : 0);
}

function moment(day, minutes, timeZone) {
  const two = (number) => String(number).padStart(2, '0');
  const time = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:00`;
  return { at: `${isoDate(day)}T${time}`, time_zone: timeZone };
}
