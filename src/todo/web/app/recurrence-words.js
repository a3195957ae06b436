// Rules of recurrence in words: "Every 2 weeks on Monday and Thursday until 24 Dec 2026".
import { dayOfYearText, monthName, weekdayName } from './calendar.js';
import { listText, mediumDate } from './date-words.js';
import { today } from './dates.js';
import { locale, t, tn, tx } from './i18n.js';
import { readRule } from './recurrence-rule.js';

/** A rule in words. `timeZone`, of the due, says on which day a series ends that ends at a moment. */
export function recurrenceText(text, { timeZone = 'UTC' } = {}) {
  const rule = readRule(text);
  return rule ? ending(rule, timed(rule), timeZone) : t('By the rule {rule}', { rule: text });
}

function ending(rule, words, timeZone) {
  if (rule.count) return tn('{rule}, {count} time', '{rule}, {count} times', rule.count, { rule: words });
  if (!rule.until) return words;
  const day = rule.until.includes('T') ? today(Date.parse(rule.until), timeZone) : rule.until;
  return t('{rule} until {date}', { rule: words, date: mediumDate(day) });
}

// Every so often, and on which days.
function timed(rule) {
  const numbers = rule.weekdays.map(({ day }) => day);
  const isPlain = rule.weekdays.length > 0 && rule.weekdays.every(({ nth }) => nth === 0);
  const isEachWeek = rule.interval === 1 && (rule.freq === 'WEEKLY' || (rule.freq === 'DAILY' && isPlain));
  if (isEachWeek && isPlain && nothingButWeekdays(rule)) {
    if (numbers.length === 7) return t('Every day');
    if (isMondayToFriday(numbers)) return t('Every weekday');
    return t('Every {weekdays}', { weekdays: listText(numbers.map((day) => weekdayName(day))) });
  }
  let words = every(rule);
  const days = dayPhrases(rule, isPlain);
  if (days) words = t('{every} on {days}', { every: words, days });
  if (rule.positions.length && !isWorkingDay(rule)) {
    const positions = listText(rule.positions.map(fromEitherEnd));
    words = t('{rule}, but only number {positions} of these days', { rule: words, positions });
  }
  if (rule.weekdays.length && isPlain && (rule.monthDays.length || rule.yearDays.length || isEveryFewDays(rule))) {
    words = t('{rule}, if it is {weekdays}', { rule: words, weekdays: either(numbers) });
  }
  if (rule.weeks.length) words = inWeeks(rule, words);
  if (rule.months.length && !isDates(rule)) {
    words = t('{rule} in {months}', { rule: words, months: listText(rule.months.map((month) => monthName(month))) });
  }
  return words;
}

function every({ freq, interval }) {
  if (interval === 1) {
    return { DAILY: t('Every day'), WEEKLY: t('Every week'), MONTHLY: t('Every month'), YEARLY: t('Every year') }[freq];
  }
  if (freq === 'DAILY') return tn('Every {count} day', 'Every {count} days', interval);
  if (freq === 'WEEKLY') return tn('Every {count} week', 'Every {count} weeks', interval);
  if (freq === 'MONTHLY') return tn('Every {count} month', 'Every {count} months', interval);
  return tn('Every {count} year', 'Every {count} years', interval);
}

function dayPhrases(rule, isPlain) {
  if (isDates(rule)) {
    const dates = rule.months.flatMap((month) => rule.monthDays.map((day) => dayOfYearText(month, day)));
    return listText(dates.map((date) => tx('on', '{date}', { date })));
  }
  if (rule.monthDays.length) return listText(rule.monthDays.map(dayOfMonth));
  if (rule.yearDays.length) {
    return t('day {numbers} of the year', { numbers: listText(rule.yearDays.map(fromEitherEnd)) });
  }
  if (!rule.weekdays.length || isEveryFewDays(rule)) return '';
  if (isWorkingDay(rule)) return rule.positions[0] === 1 ? t('the first working day') : t('the last working day');
  const isEach = rule.freq === 'MONTHLY' || rule.freq === 'YEARLY';
  if (isPlain && isMondayToFriday(rule.weekdays.map(({ day }) => day))) return t('Monday to Friday');
  const names = listText(rule.weekdays.map(({ day, nth }) => weekdayPhrase(weekdayName(day), nth, isEach)));
  return !isPlain && rule.freq === 'YEARLY' && !rule.months.length ? t('{days} of the year', { days: names }) : names;
}

function weekdayPhrase(weekday, nth, isEach) {
  if (nth === 0) return isEach ? t('each {weekday}', { weekday }) : tx('on', '{weekday}', { weekday });
  const phrases = {
    1: t('the first {weekday}', { weekday }),
    2: t('the second {weekday}', { weekday }),
    3: t('the third {weekday}', { weekday }),
    4: t('the fourth {weekday}', { weekday }),
    5: t('the fifth {weekday}', { weekday }),
    [-1]: t('the last {weekday}', { weekday }),
    [-2]: t('the second to last {weekday}', { weekday }),
  };
  return phrases[nth] ?? t('{weekday} number {number}', { weekday, number: fromEitherEnd(nth) });
}

function dayOfMonth(day) {
  if (day > 0) return t('the {ordinal}', { ordinal: ordinal(day) });
  if (day === -1) return t('the last day');
  if (day === -2) return t('the second to last day');
  return t('the {ordinal} day from the end', { ordinal: ordinal(-day) });
}

const ordinals = new Intl.PluralRules(locale, { type: 'ordinal' });

function ordinal(number) {
  const values = { number };
  const endings = {
    one: tx('ordinal', '{number}st', values),
    two: tx('ordinal', '{number}nd', values),
    few: tx('ordinal', '{number}rd', values),
  };
  return endings[ordinals.select(number)] ?? tx('ordinal', '{number}th', values);
}

function fromEitherEnd(number) {
  return number > 0 ? String(number) : t('{number} from the end', { number: -number });
}

function inWeeks(rule, words) {
  const numbers = listText(rule.weeks.map(fromEitherEnd));
  return t('{rule} in week {numbers} of the year', { rule: words, numbers });
}

function either(days) {
  return new Intl.ListFormat(locale, { type: 'disjunction' }).format(days.map((day) => weekdayName(day)));
}

function nothingButWeekdays(rule) {
  return ['months', 'weeks', 'yearDays', 'monthDays', 'positions'].every((part) => rule[part].length === 0);
}

function isMondayToFriday(days) {
  return days.length === 5 && days.every((day) => day <= 5);
}

// The first or the last from Monday to Friday of a month.
function isWorkingDay({ freq, weekdays, positions, monthDays, months }) {
  const days = weekdays.map(({ day }) => day);
  const isByMonth = freq === 'MONTHLY' || (freq === 'YEARLY' && months.length === 1);
  const isFirstOrLast = positions.length === 1 && Math.abs(positions[0]) === 1;
  return isByMonth && isFirstOrLast && monthDays.length === 0 && isMondayToFriday(days);
}

function isEveryFewDays({ freq }) {
  return freq === 'DAILY';
}

// Days of months that are named, such as 24 December.
function isDates({ freq, months, monthDays }) {
  return freq === 'YEARLY' && months.length > 0 && monthDays.length > 0 && monthDays.every((day) => day > 0);
}
