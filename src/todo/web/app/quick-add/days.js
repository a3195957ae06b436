// Which day, and which time of it, the fields of a phrase mean. A day is a number: the days since
// 1 January 1970.

import { FIRST_YEAR, LAST_YEAR } from './figures.js';

const DAY_MS = 86_400_000;
const DAYS_LOOKED_AT = 62; // from one 31st to the next is at most so long
const YEARS_LOOKED_AT = 9; // from one 29 February to the next, across a century
const SECONDS = { minute: 60, hour: 3600 };
const MONTHS = { month: 1, year: 12 };
const DAYS = { day: 1, week: 7 };

/** The day of a date; in a month that has no such day it is one of the next month. */
export function dayNumber(year, month, day) {
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** Year, month and day of a day. */
export function dateOf(number) {
  const date = new Date(number * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** `2026-12-24` of a day. */
export function isoDate(number) {
  return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

/** The weekday of a day, 0 for Monday. */
export function weekdayOf(number) {
  return (((number + 3) % 7) + 7) % 7;
}

/**
 * A moment on the clock of a zone: today, whether a time of it has passed, what it shows later.
 * @param {Date} now
 * @param {string} timeZone
 */
export function clockAt(now, timeZone) {
  const format = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const shown = (moment) => {
    const parts = new Map();
    for (const { type, value } of format.formatToParts(moment)) parts.set(type, Number(value));
    return {
      day: dayNumber(parts.get('year'), parts.get('month'), parts.get('day')),
      minutes: parts.get('hour') * 60 + parts.get('minute'),
      seconds: parts.get('second'),
    };
  };
  const { day, minutes, seconds } = shown(now);
  return {
    today: day,
    isPast: (time) => time * 60 < minutes * 60 + seconds,
    later: (after) => shown(new Date(now.getTime() + after * 1000)),
  };
}

/**
 * The day that is meant, with what was said of its time: minutes from midnight, or the hour of a
 * part of the day; null where there is none in the calendar.
 */
export function dayOf(fields, now) {
  if (fields.unit in SECONDS) {
    const { day, minutes } = now.later(fields.n * SECONDS[fields.unit]);
    return within(day, minutes, null);
  }
  return within(plainDay(fields, now.today), null, fields.part ?? null);
}

function within(day, clock, part) {
  if (day === null) return null;
  const { year } = dateOf(day);
  return year >= FIRST_YEAR && year <= LAST_YEAR ? { day, clock, part } : null;
}

function plainDay(fields, today) {
  for (const name of ['iso', 'numeric', 'numeric_year']) {
    if (name in fields) return calendarDay(fields[name], today);
  }
  if ('month' in fields || 'day' in fields) return calendarDay(fields, today);
  if ('n' in fields) return after(today, fields.n, fields.unit);
  return relativeDay(fields, today);
}

const RELATIVE = {
  days: (days, today) => today + days,
  week: mondayOf,
  weekend: (week, today) => Math.max(today, mondayOf(week, today) + 5),
  months: firstOf,
  month_end: (months, today) => firstOf(months + 1, today) - 1,
  years: (years, today) => dayNumber(dateOf(today).year + years, 1, 1),
  year_end: (years, today) => dayNumber(dateOf(today).year + years, 12, 31),
};

function relativeDay(fields, today) {
  if ('weekday' in fields) return weekday(fields.weekday, fields.week ?? null, today);
  const name = Object.keys(RELATIVE).find((each) => each in fields);
  return RELATIVE[name](fields[name], today);
}

// The coming one, which is not today; or that of this week (0), the next one (1).
function weekday(wanted, week, today) {
  if (week === null) return today + ((wanted - weekdayOf(today) + 6) % 7) + 1;
  return mondayOf(week, today) + wanted;
}

function mondayOf(week, today) {
  return today + 7 * week - weekdayOf(today);
}

function firstOf(months, today) {
  return after(today - dateOf(today).day + 1, months, 'month');
}

// So many units later; in a shorter month, its last day.
function after(today, n, unit) {
  if (unit in DAYS) return today + n * DAYS[unit];
  const { year, month, day } = dateOf(today);
  const months = month - 1 + n * MONTHS[unit];
  return Math.min(dayNumber(year, months + 1, day), dayNumber(year, months + 2, 0));
}

// The day of that name; the next one, where no year is said.
function calendarDay(fields, today) {
  if (!('year' in fields)) return nextDay(today, fields.month ?? null, fields.day);
  const { year, month, day } = fields;
  return isDate(year, month, day) ? dayNumber(year, month, day) : null;
}

function isDate(year, month, day) {
  // Date takes a year below 100 for one of the last century.
  if (year < 100 || month < 1 || month > 12 || day < 1) return false;
  return day <= dateOf(dayNumber(year, month + 1, 0)).day;
}

/**
 * The first day from `first` on that is the `day`th, of that month or of any; -1 is the last one.
 * Null where no calendar has it.
 */
export function nextDay(first, month, day) {
  if (month === null) {
    for (let found = first; found < first + DAYS_LOOKED_AT; found += 1) {
      if (isThe(day, found)) return found;
    }
    return null;
  }
  const { year: thisYear } = dateOf(first);
  for (let year = thisYear; year < thisYear + YEARS_LOOKED_AT; year += 1) {
    if (isDate(year, month, day) && dayNumber(year, month, day) >= first) {
      return dayNumber(year, month, day);
    }
  }
  return null;
}

function isThe(day, found) {
  return dateOf(found).day === day || (day === -1 && dateOf(found + 1).day === 1);
}

/**
 * The time that is meant, as minutes from midnight (`bare`: it may be meant in the afternoon) or as
 * the hour of a part of the day; null where no clock shows it.
 */
export function timeOf(fields) {
  const { hour, minutes = 0, part = null, ...said } = { ...fields, ...fields.clock };
  if (hour === undefined) return { clock: null, bare: false, part };
  let meridiem = said.meridiem ?? null;
  if (meridiem === null && part !== null && hour >= 1 && hour <= 12) {
    meridiem = part >= 12 && !(part >= 21 && hour === 12) ? 'pm' : 'am';
  }
  let shown = hour;
  if (meridiem !== null) {
    if (hour < 1 || hour > 12) return null;
    shown = (hour % 12) + (meridiem === 'pm' ? 12 : 0);
  }
  const clock = (shown * 60 + minutes + 1440) % 1440;
  return { clock, bare: meridiem === null && hour >= 1 && hour <= 11, part: null };
}
