// The words of a language, and its phrases in the form in which they are looked for.

// What a phrase that begins with figures is found by, instead of by its first word.
export const FIGURES = '0';
const WITH_WORDS = { n: 'number', hour: 'number' };

const compiled = new WeakMap();

/**
 * A language from its data (`web/quick_add/<language>.json`), which is compiled once.
 * @param {object} data
 */
export function languageFrom(data) {
  if (!compiled.has(data)) compiled.set(data, compile(data));
  return compiled.get(data);
}

function compile(data) {
  const language = {
    monthFirst: data.month_first,
    daySuffixes: data.day_suffixes,
    ands: data.and,
    articles: data.the,
    words: new Map(
      Object.entries(data.words).map(([name, group]) => [name, new Map(Object.entries(group))]),
    ),
    patterns: new Map(
      Object.entries(data.patterns).map(([name, texts]) => [name, texts.map(readPattern)]),
    ),
  };
  const leads = Object.entries(data.leads).flatMap(([kind, texts]) =>
    texts.map((text) => ({ kind, pattern: readPattern(text), meaning: {}, where: '' })),
  );
  const phrases = Object.entries(data.phrases).flatMap(([kind, rows]) =>
    rows.map(([text, meaning = {}, where = '']) => ({
      kind, pattern: readPattern(text), meaning, where,
    })),
  );
  language.byStart = byStart(phrases, language);
  language.leadsByStart = byStart(leads, language);
  language.known = knownWords([...phrases, ...leads], language);
  return language;
}

function byStart(phrases, language) {
  const found = new Map();
  for (const phrase of phrases) {
    for (const start of startsOf(phrase.pattern, language)) {
      if (!found.has(start)) found.set(start, []);
      found.get(start).push(phrase);
    }
  }
  return found;
}

function startsOf(pattern, language) {
  const starts = new Set();
  for (const element of pattern) {
    for (const start of startsOfElement(element, language)) starts.add(start);
    if (!element.optional) break;
  }
  return starts;
}

function startsOfElement({ words, group }, language) {
  if (!group) return words;
  if (language.patterns.has(group)) {
    return language.patterns.get(group).flatMap((inner) => [...startsOf(inner, language)]);
  }
  if (language.words.has(group)) return language.words.get(group).keys();
  return [FIGURES, ...(language.words.get(WITH_WORDS[group])?.keys() ?? [])];
}

function knownWords(phrases, language) {
  const patterns = phrases.map(({ pattern }) => pattern);
  const elements = [...patterns, ...language.patterns.values()].flat(2);
  const known = new Set(elements.flatMap(({ words }) => [...words]));
  for (const group of language.words.values()) for (const word of group.keys()) known.add(word);
  return known;
}

function readPattern(text) {
  return text.split(' ').map(readElement);
}

// `a|b` is one of two words, `{name}` a slot, `{name=group}` one of another group, `*` several;
// `?` is optional.
function readElement(text) {
  const optional = text.endsWith('?');
  const part = optional ? text.slice(0, -1) : text;
  if (!part.startsWith('{')) {
    return { words: new Set(part.split('|')), name: '', group: '', many: false, optional };
  }
  const [name, given = ''] = part.slice(1, -1).split('=');
  const many = given.endsWith('*');
  return { words: new Set(), name, group: (given || name).replace(/\*$/, ''), many, optional };
}
