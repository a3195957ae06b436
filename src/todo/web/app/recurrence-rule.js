// Rules of recurrence (RFC 5545) as text, as their parts, and as what a form can say of them.
import { addDays, weekdayOf } from './dates.js';

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
const NUMBERS = {
  BYMONTH: 'months',
  BYWEEKNO: 'weeks',
  BYYEARDAY: 'yearDays',
  BYMONTHDAY: 'monthDays',
  BYSETPOS: 'positions',
};

/**
 * The parts of a rule, or null where it is none. `weekdays` are `{day: 1-7, nth}` with `nth` 0 for each; `until` is a
 * day, or a moment `2026-12-24T09:00:00Z`; arrays are empty where the rule says nothing.
 */
export function readRule(text) {
  const parts = new Map(
    text
      .toUpperCase()
      .replace(/^RRULE:/, '')
      .split(';')
      .map((part) => part.split('=')),
  );
  const rule = {
    freq: parts.get('FREQ'),
    interval: Number(parts.get('INTERVAL') ?? 1),
    count: Number(parts.get('COUNT') ?? 0),
    until: readUntil(parts.get('UNTIL') ?? ''),
    weekdays: items(parts.get('BYDAY')).map(readWeekday),
    weekStart: WEEKDAYS.indexOf(parts.get('WKST') ?? 'MO') + 1,
  };
  for (const [name, key] of Object.entries(NUMBERS)) rule[key] = items(parts.get(name)).map(Number);
  const numbers = [rule.interval, rule.count, ...Object.values(NUMBERS).flatMap((key) => rule[key])];
  const isRule =
    FREQUENCIES.includes(rule.freq) &&
    rule.interval >= 1 &&
    rule.until !== null &&
    rule.weekStart >= 1 &&
    rule.weekdays.every((weekday) => weekday?.day >= 1) &&
    numbers.every(Number.isInteger);
  return isRule ? rule : null;
}

/** The text of a rule's parts, in the order that the API writes them; what is left out is as if it were empty. */
export function writeRule(rule) {
  const until = rule.until ? rule.until.replaceAll('-', '').replaceAll(':', '') : '';
  const byDay = [...(rule.weekdays ?? [])].sort((one, other) => one.day - other.day || one.nth - other.nth);
  const parts = {
    FREQ: rule.freq,
    INTERVAL: (rule.interval ?? 1) > 1 ? rule.interval : '',
    COUNT: rule.count || '',
    UNTIL: until,
    BYMONTH: joined(rule.months),
    BYWEEKNO: joined(rule.weeks),
    BYYEARDAY: joined(rule.yearDays),
    BYMONTHDAY: joined(rule.monthDays),
    BYDAY: byDay.map(({ day, nth }) => `${nth || ''}${WEEKDAYS[day - 1]}`).join(','),
    BYSETPOS: joined(rule.positions),
    WKST: (rule.weekStart ?? 1) > 1 ? WEEKDAYS[rule.weekStart - 1] : '',
  };
  return Object.entries(parts)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${value}`)
    .join(';');
}

/**
 * What a form shows of a rule; null for one that it cannot say:
 * `{freq, interval, weekdays: [1, 4], monthly, ends: 'never'|'until'|'count', until, count, weekStart}`.
 *
 * `monthly` is null (the day of the due), `{day: 15}` where -1 is the last, or `{nth: -1, weekday: 5}`. A rule by the
 * year is on the day of the due.
 */
export function toPicker(text) {
  const rule = readRule(text);
  if (!rule || rule.until.includes('T')) return null;
  const { freq, interval, until, count, weekStart } = rule;
  const ends = until ? 'until' : count ? 'count' : 'never';
  const picker = { freq, interval, weekdays: [], monthly: null, ends, until, count, weekStart };
  if (freq === 'WEEKLY') picker.weekdays = rule.weekdays.map(({ day }) => day);
  if (freq === 'MONTHLY' && rule.monthDays.length === 1) picker.monthly = { day: rule.monthDays[0] };
  else if (freq === 'MONTHLY' && rule.weekdays.length === 1) {
    picker.monthly = { nth: rule.weekdays[0].nth, weekday: rule.weekdays[0].day };
  }
  return sameRule(rule, readRule(fromPicker(picker))) ? picker : null;
}

/** The rule that a form says. */
export function fromPicker({ freq, interval = 1, weekdays = [], monthly = null, ends = 'never', ...rest }) {
  const isByDay = freq === 'MONTHLY' && monthly?.day;
  const isByWeekday = freq === 'MONTHLY' && monthly?.weekday;
  const days = freq === 'WEEKLY' ? weekdays.map((day) => ({ day, nth: 0 })) : [];
  return writeRule({
    freq,
    interval,
    count: ends === 'count' ? rest.count : 0,
    until: ends === 'until' ? rest.until : '',
    monthDays: isByDay ? [monthly.day] : [],
    weekdays: isByWeekday ? [{ day: monthly.weekday, nth: monthly.nth }] : days,
    weekStart: rest.weekStart,
  });
}

/** What people choose most for a task that is due on a day. */
export function commonRules(day) {
  const number = Number(day.slice(8));
  const weekday = WEEKDAYS[weekdayOf(day) - 1];
  const isLastWeek = addDays(day, 7).slice(0, 7) !== day.slice(0, 7);
  const isLastDay = addDays(day, 1).slice(0, 7) !== day.slice(0, 7);
  return [
    'FREQ=DAILY',
    'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
    `FREQ=WEEKLY;BYDAY=${weekday}`,
    `FREQ=WEEKLY;INTERVAL=2;BYDAY=${weekday}`,
    `FREQ=MONTHLY;BYMONTHDAY=${number}`,
    ...(isLastDay ? ['FREQ=MONTHLY;BYMONTHDAY=-1'] : []),
    `FREQ=MONTHLY;BYDAY=${isLastWeek ? -1 : Math.ceil(number / 7)}${weekday}`,
    'FREQ=YEARLY',
  ];
}

function sameRule(one, other) {
  return writeRule(one) === writeRule(other);
}

function items(list) {
  return list ? list.split(',') : [];
}

function joined(numbers) {
  return [...(numbers ?? [])].sort((one, other) => one - other).join(',');
}

function readWeekday(item) {
  const match = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(item);
  return match && { day: WEEKDAYS.indexOf(match[2]) + 1, nth: Number(match[1] ?? 0) };
}

function readUntil(text) {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z)?$/.exec(text);
  if (!match) return text ? null : '';
  const day = match.slice(1, 4).join('-');
  return match[4] ? `${day}T${match.slice(4, 7).join(':')}Z` : day;
}
