// Days, times and numbers as people write them, by Intl alone. A day is `2026-11-30`, a time of day `09:00`.
import { locale, t } from './i18n.js';

const DAY = 86_400_000;

const formats = new Map();

function format(options) {
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

/** Whether the text is a day that there is, such as those of date inputs. */
export function isDay(text) {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(utc(text)) && iso(utc(text)) === text;
}

/** The first day of the week that the day is in. */
export function startOfWeek(day) {
  return addDays(day, -((weekdayOf(day) - firstDayOfWeek() + 7) % 7));
}

function utc(day) {
  return Date.parse(`${day}T00:00:00Z`);
}

function iso(milliseconds) {
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

/** The names of all zones that this browser knows, and of the `others` that are in use. */
export function timeZones(...others) {
  const known = Intl.supportedValuesOf('timeZone');
  return [...new Set([...known, 'UTC', ...others.filter(Boolean)])].sort();
}

/** `New York` of `America/New_York`. */
export function zoneName(timeZone) {
  return timeZone.split('/').at(-1).replaceAll('_', ' ');
}

/** `America/New York, GMT-5`. */
export function zoneText(timeZone, now) {
  return `${timeZone.replaceAll('_', ' ')}, ${zoneDistance(timeZone, now)}`;
}

/** `GMT-5` of a zone at a moment. */
export function zoneDistance(timeZone, now) {
  const parts = new Intl.DateTimeFormat(locale, { timeZone: known(timeZone), timeZoneName: 'shortOffset' });
  return parts.formatToParts(now).find((part) => part.type === 'timeZoneName').value;
}

// By how many milliseconds a zone's clock is ahead of UTC.
function offset(at, timeZone) {
  const seconds = Math.floor(Number(at) / 1000) * 1000;
  const { year, month, day, hour, minute, second } = Object.fromEntries(
    clockOf(timeZone).formatToParts(seconds).map((part) => [part.type, Number(part.value)]),
  );
  return Date.UTC(year, month - 1, day, hour, minute, second) - seconds;
}

function clockOf(timeZone) {
  if (!clocks.has(timeZone)) {
    const options = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' };
    const all = { ...options, second: 'numeric', hourCycle: 'h23', calendar: 'gregory', numberingSystem: 'latn' };
    clocks.set(timeZone, new Intl.DateTimeFormat('en', { ...all, timeZone: known(timeZone) }));
  }
  return clocks.get(timeZone);
}

// A server may know zones that this browser has never heard of.
function known(timeZone) {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return ownTimeZone();
  }
}

// Dues of tasks

/** What of a due a form shows: `{date, time, timeZone, recurrence}`, each "" where there is none. */
export function fromDue(due) {
  return {
    date: due ? dueDay(due) : '',
    time: due?.at?.slice(11, 16) ?? '',
    timeZone: due?.time_zone ?? '',
    recurrence: due?.recurrence ?? '',
  };
}

/** The due that a form says, as the API takes it; null without a date. */
export function toDue({ date, time, timeZone, recurrence }) {
  if (!date) return null;
  const when = time ? { at: `${date}T${time}:00`, time_zone: timeZone } : { date };
  return { ...when, ...(recurrence ? { recurrence } : {}) };
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

function nameOf(distance) {
  if (distance === 0) return t('Today');
  if (distance === 1) return t('Tomorrow');
  return distance === -1 ? t('Yesterday') : null;
}

/** The day of a due for whoever is in a zone: a moment may be on another day there. */
export function dueDayIn(due, timeZone) {
  return due.date ?? today(dueInstant(due, timeZone), timeZone);
}

/** The same due so many days later, by its own clock; it recurs as before. */
export function shiftDue(due, days) {
  const form = fromDue(due);
  return toDue({ ...form, date: addDays(form.date, days) });
}

// Words

/** `Mon 30 Nov`, or `30 Nov 2027` in another year. */
export function shortDate(day, now, timeZone) {
  const isThisYear = day.slice(0, 4) === today(now, timeZone).slice(0, 4);
  const rest = isThisYear ? { weekday: 'short' } : { year: 'numeric' };
  return format({ ...rest, day: 'numeric', month: 'short', timeZone: 'UTC' }).format(utc(day));
}

/** `30 Nov 2026`. */
export function mediumDate(day) {
  return format({ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(utc(day));
}

/** `Monday 30 November 2026`. */
export function longDate(day) {
  return format({ dateStyle: 'full', timeZone: 'UTC' }).format(utc(day));
}

/** The heading of a day: `{name: 'Tomorrow', date: '27 November'}`, where others are named for their weekday. */
export function dayHeading(day, { now, timeZone }) {
  const first = today(now, timeZone);
  const weekday = format({ weekday: 'long', timeZone: 'UTC' }).format(utc(day));
  const isThisYear = day.slice(0, 4) === first.slice(0, 4);
  const options = { day: 'numeric', month: 'long', ...(isThisYear ? {} : { year: 'numeric' }), timeZone: 'UTC' };
  return {
    name: capitalised(nameOf(daysBetween(first, day)) ?? weekday),
    date: format(options).format(utc(day)),
  };
}

/** `09:00`, or `9:00 AM` where people say so. */
export function timeText(time) {
  return format({ timeStyle: 'short', timeZone: 'UTC' }).format(Date.parse(`2000-01-01T${time}:00Z`));
}

/** A moment of the API, such as `created_at`, in a zone: `26 Nov 2026, 09:00`. */
export function momentText(at, timeZone) {
  return format({ dateStyle: 'medium', timeStyle: 'short', timeZone: known(timeZone) }).format(new Date(at));
}

const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });

/** `5 minutes ago`, `yesterday`, `in 3 days`; the date where that is further away than a week. */
export function relativeText(at, now, timeZone) {
  const seconds = Math.round((Date.parse(at) - Number(now)) / 1000);
  const size = Math.abs(seconds);
  if (size < 45) return relative.format(0, 'second');
  if (size < 3_570) return relative.format(Math.round(seconds / 60), 'minute');
  if (size < 79_200) return relative.format(Math.round(seconds / 3_600), 'hour');
  const days = daysBetween(today(now, timeZone), today(Date.parse(at), timeZone));
  return Math.abs(days) <= 7 ? relative.format(days, 'day') : mediumDate(today(Date.parse(at), timeZone));
}

const UNITS = { W: 'week', D: 'day', H: 'hour', M: 'minute', S: 'second' };

/** `1 day and 2 hours` of `P1DT2H`, without its sign. */
export function durationText(duration) {
  const parts = [...duration.matchAll(/(\d+)([WDHMS])/g)].map(([, count, unit]) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit: UNITS[unit], unitDisplay: 'long' }).format(Number(count)),
  );
  return listText(parts);
}

/** `a, b and c`. */
export function listText(items) {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(items);
}

/** `1,234`. */
export function numberText(number) {
  return new Intl.NumberFormat(locale).format(number);
}

/** With a capital, as a heading begins in every language that has them. */
export function capitalised(text) {
  const [first = '', ...rest] = text;
  return first.toLocaleUpperCase(locale) + rest.join('');
}

// Weeks and months

// Where the week does not begin on Monday, for browsers that do not say so themselves: weekData of CLDR.
const SUNDAYS =
  'AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN IS JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA PE PH PK ' +
  'PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW';
const SATURDAYS = 'AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY';

/** 1 where weeks begin on Monday, to 7 for Sunday. */
export function firstDayOfWeek() {
  const own = new Intl.Locale(locale);
  const week = own.getWeekInfo?.() ?? own.weekInfo;
  return week?.firstDay ?? firstDayIn(own.maximize().region);
}

/** The same of a region, such as `MX`, without asking the browser. */
export function firstDayIn(region) {
  if (SUNDAYS.split(' ').includes(region)) return 7;
  if (SATURDAYS.split(' ').includes(region)) return 6;
  return region === 'MV' ? 5 : 1;
}

/** The days of the week in their order here: `[{day: 1, short: 'Mon', long: 'Monday'}, …]`. */
export function weekdays() {
  const first = firstDayOfWeek();
  return Array.from({ length: 7 }, (_, at) => {
    const day = ((first - 1 + at) % 7) + 1;
    return { day, short: weekdayName(day, 'short'), long: weekdayName(day, 'long') };
  });
}

/** `Monday` of 1. */
export function weekdayName(day, style = 'long') {
  return format({ weekday: style, timeZone: 'UTC' }).format(Date.UTC(2024, 0, day)); // 1 January 2024 was a Monday
}

/** `November` of 11. */
export function monthName(month, style = 'long') {
  return format({ month: style, timeZone: 'UTC' }).format(Date.UTC(2024, month - 1, 1));
}

/** `24 December` of 12 and 24. */
export function dayOfYearText(month, day) {
  return format({ day: 'numeric', month: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, month - 1, day));
}

/** `November 2026` of a day in it, or of `2026-11`. */
export function monthText(day) {
  const first = utc(`${day.slice(0, 7)}-01`);
  return capitalised(format({ month: 'long', year: 'numeric', timeZone: 'UTC' }).format(first));
}

/** `30 Nov – 6 Dec` from one day to another. */
export function rangeText(from, to) {
  return format({ day: 'numeric', month: 'short', timeZone: 'UTC' }).formatRange(utc(from), utc(to));
}

/** The six weeks that a month is shown in: arrays of `{date, number, isInMonth}`. */
export function monthGrid(day) {
  const month = day.slice(0, 7);
  const start = startOfWeek(`${month}-01`);
  return Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (_unused, at) => {
      const date = addDays(start, week * 7 + at);
      return { date, number: Number(date.slice(8)), isInMonth: date.startsWith(month) };
    }),
  );
}
