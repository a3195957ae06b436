// Weeks and months as a region has them.
import { addDays, format, utc, weekdayOf } from './dates.js';
import { capitalised } from './date-words.js';
import { locale } from './i18n.js';

/** The first day of the week that the day is in. */
export function startOfWeek(day) {
  return addDays(day, -((weekdayOf(day) - firstDayOfWeek() + 7) % 7));
}

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
