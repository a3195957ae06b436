// Days, moments, zones and numbers in words, where there is room for them.
import { daysBetween, dueDay, format, iso, known, nameOf, today, utc } from './dates.js';
import { locale } from './i18n.js';

/** Whether the text is a day that there is, such as those of date inputs. */
export function isDay(text) {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(utc(text)) && iso(utc(text)) === text;
}

/** The names of all zones that this browser knows, and of the `others` that are in use. */
export function timeZones(...others) {
  const known = Intl.supportedValuesOf('timeZone');
  return [...new Set([...known, 'UTC', ...others.filter(Boolean)])].sort();
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

/** `30 Nov 2026`. */
export function mediumDate(day) {
  return format({ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(utc(day));
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
