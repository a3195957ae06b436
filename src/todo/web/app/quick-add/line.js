// A line as its words: where each stands, what it reads as, and which are signs, quoted or escaped.

// What separates words: the same set in every language of programming, which `\s` is not.
export const BLANKS =
  '\\x00-\\x20\\x7f-\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff';
const WORD = new RegExp(`[^${BLANKS}]+`, 'g');
const BLANK = new RegExp(`[${BLANKS}]`);
const TAIL = ',;:.!?)';
const CLOSING = new Map([['"', '"'], ['“', '”'], ['«', '»']]);
const SIGNS = '#+!';

/**
 * @typedef {object} Token A word of the line; `stop` is where the punctuation behind it begins.
 * @property {number} start
 * @property {number} stop
 * @property {number} end
 * @property {string|null} word what it reads as; null where it is not to be read
 * @property {string} tail
 * @property {string} sign `#`, `+`, `!` or nothing
 * @property {string} name what the sign names
 * @property {boolean} escaped
 */

/**
 * The words of a line, in order.
 * @param {string} line
 * @returns {Token[]}
 */
export function tokens(line) {
  const found = [];
  const unclosed = new Set();
  let word = wordFrom(line, 0);
  while (word) {
    const start = word.index;
    const sign = '#+'.includes(line[start]) ? line[start] : '';
    const quote = start + sign.length;
    const close = closing(line, quote, unclosed);
    let end = start + word[0].length;
    if (close >= 0) {
      const after = wordFrom(line, close + 1);
      end = after && after.index === close + 1 ? after.index + after[0].length : close + 1;
    }
    let token = readToken(line, start, end);
    if (close >= 0) {
      const whole = sign !== '' && token.stop === close + 1;
      token = { ...token, word: null, sign: '', name: '', escaped: false };
      if (whole) token = { ...token, sign, name: trim(line.slice(quote + 1, close)) };
    }
    found.push(token);
    word = wordFrom(line, end);
  }
  return found;
}

/** Whether what is said may go on with the next word: a comma or a full stop does not end it. */
export function goesOn(token) {
  return token.tail === '' || token.tail === ',' || token.tail === '.';
}

/** Where a mark that ends with this word ends: a comma goes with it, an exclamation mark not. */
export function endOf({ stop, tail }) {
  return stop + /^[,;:.]*/.exec(tail)[0].length;
}

/** Text as it is compared: lower case, without accents. */
export function fold(text) {
  return text.toLowerCase().replaceAll('’', "'").normalize('NFD').replace(/[\u0300-\u036f]/g, '');
}

/** Text without the blanks around it, and other characters that hang there. */
export function trim(text, also = '', { start = true, end = true } = {}) {
  // No regular expression: looking for blanks at the end of a text, it would try from each blank
  // within.
  const hangs = (character) => BLANK.test(character) || also.includes(character);
  let [first, last] = [0, text.length];
  while (start && first < last && hangs(text[first])) first += 1;
  while (end && last > first && hangs(text[last - 1])) last -= 1;
  return text.slice(first, last);
}

function wordFrom(line, at) {
  WORD.lastIndex = at;
  return WORD.exec(line);
}

function closing(line, at, unclosed) {
  const quote = line[at];
  const end = CLOSING.get(quote);
  if (end === undefined || unclosed.has(quote)) return -1;
  const close = line.indexOf(end, at + 1);
  if (close < 0) unclosed.add(quote); // nor is a later one
  return close > at + 1 ? close : -1;
}

function readToken(line, start, end) {
  let stop = end;
  while (stop > start && TAIL.includes(line[stop - 1])) stop -= 1;
  const core = line.slice(start, stop);
  const token = {
    start, stop, end, word: null, tail: line.slice(stop, end), sign: '', name: '', escaped: false,
  };
  if (core.length > 1 && core[0] === '\\') return { ...token, escaped: true };
  if (core.length > 1 && SIGNS.includes(core[0])) {
    return { ...token, sign: core[0], name: core.slice(1) };
  }
  return { ...token, word: core ? fold(core) : null };
}
