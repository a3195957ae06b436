// Patterns of words, and what fits them.

import { FIGURES_BY_SLOT } from './figures.js';
import { goesOn } from './line.js';

/** Every way in which the words from `at` fit the pattern: where it ends, what its slots hold. */
export function* matches(words, at, pattern, language) {
  if (!pattern.length) {
    yield [at, {}];
    return;
  }
  const [element, ...rest] = pattern;
  for (const [then, fields] of steps(words, at, element, language)) {
    if (rest.length && then < words.length && !goesOn(words[then - 1])) {
      if (rest.every(({ optional }) => optional)) yield [then, fields];
      continue;
    }
    for (const [last, more] of matches(words, then, rest, language)) {
      yield [last, { ...fields, ...more }];
    }
  }
  if (element.optional) yield* matches(words, at, rest, language);
}

function* steps(words, at, element, language) {
  const word = words[at]?.word ?? null;
  if (word === null) return;
  if (element.words.size) {
    if (element.words.has(word)) yield [at + 1, {}];
  } else if (element.many) {
    const [then, values] = several(words, at, language.words.get(element.group), language);
    if (values.length) yield [then, { [element.name]: values }];
  } else if (language.patterns.has(element.group)) {
    for (const inner of language.patterns.get(element.group)) {
      yield* matches(words, at, inner, language);
    }
  } else {
    const value = slot(word, element.group, language) ?? null;
    if (value !== null) yield [at + 1, { [element.name]: value }];
  }
}

function slot(word, group, language) {
  const words = language.words.get(group);
  return words ? words.get(word) : FIGURES_BY_SLOT.get(group)(word, language);
}

// `monday, wednesday and friday`
function several(words, start, group, { ands, articles }) {
  const values = new Set();
  let [at, last] = [start, start];
  while (at < words.length && group.has(words[at].word)) {
    values.add(group.get(words[at].word));
    at += 1;
    last = at;
    const { tail } = words[at - 1];
    if (tail === '' && at < words.length && !ands.includes(words[at].word)) break;
    if (!goesOn(words[at - 1])) break;
    if (at < words.length && ands.includes(words[at].word)) at += 1;
    if (at < words.length && articles.includes(words[at].word)) at += 1;
  }
  return [last, [...values].sort()];
}
