// What the words of a line say, phrase by phrase.

import { FIGURES } from './language.js';
import { goesOn } from './line.js';
import { matches } from './patterns.js';
import { standing } from './pieces.js';

// Whatever is led in by a word of `leads` is of one of these kinds: the lead's, as which it counts,
// and the phrase's.
const LED = {
  until: ['date'],
  keep: ['date', 'time'],
  recurrence: ['recurrence'],
  date: ['date'],
  time: ['time'],
};
// Where a phrase may stand that has a lead, by where it may stand without.
const RELAXED = { '': '', end: '', beside: 'end', after: 'after' };

/**
 * What is said, from left to right, the longest first.
 * @param {object[]} words the tokens of a line
 * @param {object} language
 * @param {(kind: string, fields: object) => any} valueOf has null for what has no meaning
 * @returns {{kind: string, first: number, last: number, where: string, value: any}[]} the words
 *   `first` to `last` (exclusive) and what they say
 */
export function pieces(words, language, valueOf) {
  const found = [];
  let at = 0;
  while (at < words.length) {
    const piece = longest(words, at, language, valueOf);
    if (piece) found.push(piece);
    at = piece ? piece.last : at + 1;
  }
  return standing(words, found);
}

function longest(words, at, language, valueOf) {
  const candidates = [];
  for (const phrase of starting(words, at, language.byStart)) {
    const { kind, where } = phrase;
    for (const [last, fields] of said(words, at, phrase, language)) {
      candidates.push({ last, kind, saidAs: kind, where, fields });
    }
  }
  for (const lead of starting(words, at, language.leadsByStart)) {
    for (const [then] of matches(words, at, lead.pattern, language)) {
      if (then >= words.length || !goesOn(words[then - 1])) continue;
      for (const phrase of starting(words, then, language.byStart)) {
        if (!LED[lead.kind].includes(phrase.kind)) continue;
        const where = RELAXED[phrase.where];
        for (const [last, fields] of said(words, then, phrase, language)) {
          candidates.push({ last, kind: lead.kind, saidAs: phrase.kind, where, fields });
        }
      }
    }
  }
  candidates.sort((one, other) => other.last - one.last);
  for (const { last, kind, saidAs, where, fields } of candidates) {
    const value = valueOf(saidAs, fields);
    if (value !== null) return { kind, first: at, last, where, value };
  }
  return null;
}

function starting(words, at, byStart) {
  const { word } = words[at];
  if (!word) return [];
  const found = byStart.get(word) ?? [];
  if (!/^[0-9]/.test(word)) return found;
  const others = byStart.get(FIGURES) ?? [];
  return [...found, ...others.filter((phrase) => !found.includes(phrase))];
}

function* said(words, at, phrase, language) {
  for (const [last, fields] of matches(words, at, phrase.pattern, language)) {
    yield [last, { ...phrase.meaning, ...fields }];
  }
}
