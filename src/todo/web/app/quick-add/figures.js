// What figures in a line say: numbers, days, years, times of the clock, dates.

export const FIRST_YEAR = 1973; // in which a due may be
export const LAST_YEAR = 2999;

const CLOCK = /^([0-9]{1,2})(?::([0-9]{2}))?(am|pm|a\.m|p\.m)?$/;
const HOURS = /^([0-9]{1,2})h([0-9]{2})?$/;
const ISO = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const NUMERIC = /^([0-9]{1,2})\/([0-9]{1,2})(?:\/([0-9]{4}|[0-9]{2}))?$/;

/**
 * What a word says, by the slot that it stands in; null or undefined where it says nothing there.
 * @type {Map<string, (word: string, language: object) => any>}
 */
export const FIGURES_BY_SLOT = new Map([
  ['n', number],
  ['day', day],
  ['nth', (word, language) => (/^[0-9]+$/.test(word) ? null : day(word, language))],
  ['year', year],
  ['hour', hour],
  ['clock', (word) => time(CLOCK.exec(word), true)],
  ['hours', (word) => time(HOURS.exec(word), false)],
  ['iso', iso],
  ['numeric', numeric],
  ['numeric_year', numericYear],
]);

// 1 to 999, in figures or as a word.
function number(word, language) {
  const said = /^[0-9]{1,3}$/.test(word) ? Number(word) : language.words.get('number').get(word);
  return said || null;
}

// `15` or `15th`.
function day(word, language) {
  const match = /^([0-9]{1,2})(.*)$/.exec(word);
  if (!match || (match[2] && !language.daySuffixes.includes(match[2]))) return null;
  const said = Number(match[1]);
  return said >= 1 && said <= 31 ? said : null;
}

function year(word) {
  const said = /^[0-9]{4}$/.test(word) ? Number(word) : 0;
  return said >= FIRST_YEAR && said <= LAST_YEAR ? said : null;
}

function hour(word, language) {
  if (!/^[0-9]{1,2}$/.test(word)) return language.words.get('number').get(word);
  return Number(word) < 24 ? Number(word) : null;
}

// `9:30`, `9am`, `9:30pm`, `21h`. A bare `9` is no time.
function time(match, needsMore) {
  if (!match || (needsMore && !match[2] && !match[3])) return null;
  const [said, minutes] = [Number(match[1]), Number(match[2] ?? 0)];
  if (said > 23 || minutes > 59) return null;
  const meridiem = match[3]?.replaceAll('.', '');
  return meridiem ? { hour: said, minutes, meridiem } : { hour: said, minutes };
}

function iso(word) {
  const match = ISO.exec(word);
  if (!match) return null;
  return { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
}

// `24/12`, or `12/24` where the month comes first.
function numeric(word, language) {
  const match = NUMERIC.exec(word);
  return match && !match[3] ? inOrder(language, match) : null;
}

// `24/12/2026`, `24/12/26`.
function numericYear(word, language) {
  const match = NUMERIC.exec(word);
  if (!match?.[3]) return null;
  const said = Number(match[3]);
  return { ...inOrder(language, match), year: said > 99 ? said : 2000 + said };
}

function inOrder({ monthFirst }, [, first, second]) {
  return monthFirst
    ? { month: Number(first), day: Number(second) }
    : { month: Number(second), day: Number(first) };
}
