// Days and dues as people write them, by Intl alone. A day is `2026-11-30`, a time of day `09:00`.
import { locale, t } from './i18n.js';

const DAY = 86_400_000;

const formats = new Map();

/** The formatter of these options, made once. */
export function format(options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, options));
  return formats.get(key);
}

// Days

/** The day in a zone at a moment (a Date, or its milliseconds). */
export function today(now, timeZone) {
  return clock(now, timeZone).date;
}

/** So many days later; earlier for a negative number. */
export function addDays(day, count) {
  return iso(utc(day) + count * DAY);
}

/** The same day of a month so many later, or that month's last: a month after 31 January is 28 February. */
export function addMonths(day, count) {
  const [year, month, number] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + count, 0)).getUTCDate();
  return iso(Date.UTC(year, month - 1 + count, Math.min(number, last)));
}

/** How many days it is from one day to another. */
export function daysBetween(from, to) {
  return Math.round((utc(to) - utc(from)) / DAY);
}

/** 1 for Monday to 7 for Sunday. */
export function weekdayOf(day) {
  return new Date(utc(day)).getUTCDay() || 7;
}

/** A day in milliseconds, as its midnight in UTC. */
export function utc(day) {
  return Date.parse(`${day}T00:00:00Z`);
}

/** The day of such milliseconds. */
export function iso(milliseconds) {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

// Zones

const clocks = new Map();

/** What the clock of a zone shows at a moment: `{date, time}`. */
export function clock(at, timeZone) {
  const shown = new Date(Number(at) + offset(at, timeZone)).toISOString();
  return { date: shown.slice(0, 10), time: shown.slice(11, 16) };
}

/**
 * The moment, in milliseconds, at which the clock of a zone shows this. As in the API, a time that the clock skips is
 * later by as much, and of one that comes twice it is the first.
 */
export function instant(date, time, timeZone) {
  const shown = Date.parse(`${date}T${time}:00Z`);
  const first = shown - offset(shown - DAY, timeZone);
  const second = shown - offset(shown + DAY, timeZone);
  const isShown = (at) => at + offset(at, timeZone) === shown;
  return !isShown(first) && isShown(second) ? second : first;
}

/** The zone of this browser. */
export function ownTimeZone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** `New York` of `America/New_York`. */
export function zoneName(timeZone) {
  return timeZone.split('/').at(-1).replaceAll('_', ' ');
}

// By how many milliseconds a zone's clock is ahead of UTC. Asking Intl is slow, and a list asks for each of its tasks;
// clocks change at full quarters of an hour only.
const QUARTER = 900_000;
const MOST_OFFSETS = 5000;
const offsets = new Map();

function offset(at, timeZone) {
  const quarter = Math.floor(Number(at) / QUARTER);
  const key = `${timeZone} ${quarter}`;
  if (!offsets.has(key)) {
    if (offsets.size >= MOST_OFFSETS) offsets.clear();
    offsets.set(key, offsetAt(quarter * QUARTER, timeZone));
  }
  return offsets.get(key);
}

function offsetAt(at, timeZone) {
  const { year, month, day, hour, minute, second } = Object.fromEntries(
    clockOf(timeZone).formatToParts(at).map((part) => [part.type, Number(part.value)]),
  );
  return Date.UTC(year, month - 1, day, hour, minute, second) - at;
}

function clockOf(timeZone) {
  if (!clocks.has(timeZone)) {
    const options = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' };
    const all = { ...options, second: 'numeric', hourCycle: 'h23', calendar: 'gregory', numberingSystem: 'latn' };
    clocks.set(timeZone, new Intl.DateTimeFormat('en', { ...all, timeZone: known(timeZone) }));
  }
  return clocks.get(timeZone);
}

/** The zone, or the browser's own: a server may know zones that this browser has never heard of. */
export function known(timeZone) {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return ownTimeZone();
  }
}

/** The day of a due by the clock that it was set by. */
export function dueDay(due) {
  return due.date ?? due.at.slice(0, 10);
}

/** The moment of a due, in milliseconds; of a day, the end of it in the given zone. */
export function dueInstant(due, timeZone) {
  if (due.date) return instant(addDays(due.date, 1), '00:00', timeZone);
  const hasOffset = /(Z|[+-]\d\d:\d\d)$/.test(due.at);
  return hasOffset ? Date.parse(due.at) : instant(due.at.slice(0, 10), due.at.slice(11, 16), due.time_zone ?? timeZone);
}

/**
 * A due in few words, for whoever is in a zone: `{text, full, state, day, time, zone}`.
 *
 * `state` is `overdue`, `today`, `tomorrow`, `soon` (within a week) or `later`. A due keeps the clock that it was set
 * by; `zone` names it, and the text as well, where it shows another time than the reader's.
 */
export function dueText(due, { now, timeZone }) {
  const day = dueDay(due);
  const time = due.at?.slice(11, 16) ?? '';
  const at = dueInstant(due, timeZone);
  const here = time ? clock(at, timeZone) : { date: day, time };
  const isElsewhere = here.date !== day || here.time !== time;
  const distance = daysBetween(today(now, isElsewhere ? due.time_zone : timeZone), day);
  const zone = isElsewhere ? zoneName(due.time_zone) : '';
  const compose = (shownDay) => {
    const when = time ? t('{day} {time}', { day: shownDay, time: timeText(time) }) : shownDay;
    return zone ? t('{when} ({zone})', { when, zone }) : when;
  };
  const isOver = at <= Number(now);
  return {
    text: compose(nameOf(distance) ?? shortDate(day, now, timeZone)),
    full: compose(longDate(day)),
    state: isOver ? 'overdue' : stateOf(distance),
    day,
    time,
    zone,
  };
}

function stateOf(distance) {
  if (distance <= 0) return 'today';
  if (distance === 1) return 'tomorrow';
  return distance <= 7 ? 'soon' : 'later';
}

/** `Tomorrow` of 1; null of a day that has no such name. */
export function nameOf(distance) {
  if (distance === 0) return t('Today');
  if (distance === 1) return t('Tomorrow');
  return distance === -1 ? t('Yesterday') : null;
}

/** The day of a due for whoever is in a zone: a moment may be on another day there. */
export function dueDayIn(due, timeZone) {
  return due.date ?? today(dueInstant(due, timeZone), timeZone);
}

/** The same due so many days later, by its own clock; it recurs as before. */
export function shiftDue({ date, at, time_zone: timeZone, recurrence }, days) {
  const when = date
    ? { date: addDays(date, days) }
    : { at: `${addDays(at.slice(0, 10), days)}${at.slice(10, 19)}`, time_zone: timeZone };
  return { ...when, ...(recurrence ? { recurrence } : {}) };
}

// Words

/** `Mon 30 Nov`, or `30 Nov 2027` in another year. */
export function shortDate(day, now, timeZone) {
  const isThisYear = day.slice(0, 4) === today(now, timeZone).slice(0, 4);
  const rest = isThisYear ? { weekday: 'short' } : { year: 'numeric' };
  return format({ ...rest, day: 'numeric', month: 'short', timeZone: 'UTC' }).format(utc(day));
}

/** `Monday 30 November 2026`. */
export function longDate(day) {
  return format({ dateStyle: 'full', timeZone: 'UTC' }).format(utc(day));
}

/** `09:00`, or `9:00 AM` where people say so. */
export function timeText(time) {
  return format({ timeStyle: 'short', timeZone: 'UTC' }).format(Date.parse(`2000-01-01T${time}:00Z`));
}
