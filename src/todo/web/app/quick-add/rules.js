// How a task recurs by what a phrase says: a rule of iCalendar in its canonical form, and its first
// day.

import { dateOf, isoDate, nextDay, weekdayOf } from './days.js';

const FREQUENCIES = { day: 'DAILY', week: 'WEEKLY', month: 'MONTHLY', year: 'YEARLY' };
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** The recurrence that is meant; null for one that never comes, or more often than by the day. */
export function ruleOf(fields, today) {
  const { n: interval = 1, part = null } = fields;
  const rule = { interval, weekdays: [], nth: 0, day: 0, month: null, part: null };
  if ('month' in fields) {
    const { month, day } = fields;
    if ('year' in fields || nextDay(today, month, day) === null) return null;
    return { ...rule, unit: 'year', day, month, part };
  }
  if ('nth' in fields) {
    return { ...rule, unit: 'month', weekdays: [fields.weekday], nth: fields.nth };
  }
  if ('day' in fields) return { ...rule, unit: 'month', day: fields.day };
  if ('weekdays' in fields) return { ...rule, unit: 'week', weekdays: fields.weekdays };
  return fields.unit in FREQUENCIES ? { ...rule, unit: fields.unit, part } : null;
}

/** The first day of a recurrence from `start` on. */
export function firstDay(rule, start) {
  if (rule.day) return nextDay(start, rule.month, rule.day) ?? start;
  if (!rule.weekdays.length) return start;
  let found = start;
  while (!rule.weekdays.includes(weekdayOf(found)) || !isNth(rule, found)) found += 1;
  return found;
}

/** The rule of RFC 5545. */
export function ruleText(rule, until) {
  const parts = {
    FREQ: FREQUENCIES[rule.unit],
    INTERVAL: rule.interval > 1 ? rule.interval : '',
    UNTIL: until === null ? '' : isoDate(until).replaceAll('-', ''),
    BYMONTHDAY: rule.day && rule.month === null ? rule.day : '',
    BYDAY: rule.weekdays.map((weekday) => `${rule.nth || ''}${WEEKDAYS[weekday]}`).join(','),
  };
  return Object.entries(parts)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${value}`)
    .join(';');
}

function isNth({ nth }, number) {
  const { day, month } = dateOf(number);
  if (nth === -1) return dateOf(number + 7).month !== month;
  return nth === 0 || nth === Math.floor((day + 6) / 7);
}
