// What the page says, in the language that it was made for. The English text is the key.
import { catalogue } from './generated/catalogue.js';

/** The language of the page, such as `es`, and `ltr` or `rtl`. */
export const language = catalogue.language;
export const direction = catalogue.direction;

/** Every language there is: `[{language: 'es', name: 'Español'}]`. */
export const languages = catalogue.languages;

/**
 * The language as this browser's person has it, such as `es-MX`: for dates, clocks and numbers. Who reads English
 * without being from anywhere that speaks it is given the 24 hours and the Mondays that most people have.
 */
export const locale = nearest(language);

// A name that runs from right to left, or turns the direction, turns nothing of the sentence that it stands in.
const TURNS = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/;
const STEERING = /[\u202a-\u202e\u2066-\u2069]/g;

const rules = new Intl.PluralRules(locale);
const numbers = new Intl.NumberFormat(locale);
const forms = pluralForms();

/** More of the catalogue: what the second script says. */
export function addTexts({ texts, contexts }) {
  Object.assign(catalogue.texts, texts);
  for (const [context, own] of Object.entries(contexts)) {
    catalogue.contexts[context] = { ...catalogue.contexts[context], ...own };
  }
}

/** The text, with `{name}` replaced by `values.name`. Give it a literal: the translations are found by it. */
export function t(text, values) {
  return put(single(catalogue.texts, text), values);
}

/** The text for `count` of something. `{count}` is there without being said. */
export function tn(one, many, count, values) {
  const translated = Object.hasOwn(catalogue.texts, one) ? catalogue.texts[one] : null;
  const form = Array.isArray(translated) ? translated[formOf(count)] : translated;
  return put(form ?? (count === 1 ? one : many), { count, ...values });
}

/** A text that means one thing here and another elsewhere: `tx('menu', 'Open')`. */
export function tx(context, text, values) {
  const texts = Object.hasOwn(catalogue.contexts, context) ? catalogue.contexts[context] : {};
  return put(single(texts, text), values);
}

/** As `t`, where values may be elements: an array for a template. */
export function tparts(text, values) {
  return single(catalogue.texts, text)
    .split(/(\{\w+\})/)
    .map((part) => (isPlace(part, values) ? shown(values[part.slice(1, -1)]) : part))
    .filter((part) => part !== '');
}

function single(texts, text) {
  const translated = Object.hasOwn(texts, text) ? texts[text] : text;
  return Array.isArray(translated) ? translated[0] : translated;
}

// A list says the same of each of a thousand tasks: where the places are in a text is found once.
const split = new Map();

function put(text, values) {
  if (!values) return text;
  if (!split.has(text)) split.set(text, text.split(/\{(\w+)\}/));
  const pieces = split.get(text);
  let said = pieces[0];
  for (let at = 1; at < pieces.length; at += 2) {
    const name = pieces[at];
    said += Object.hasOwn(values, name) ? shown(values[name]) : `{${name}}`;
    said += pieces[at + 1];
  }
  return said;
}

function isPlace(part, values) {
  return /^\{\w+\}$/.test(part) && Object.hasOwn(values ?? {}, part.slice(1, -1));
}

function shown(value) {
  if (typeof value === 'number') return numbers.format(value);
  return typeof value === 'string' && TURNS.test(value) ? `\u2068${value.replace(STEERING, '')}\u2069` : value;
}

// The catalogue's plurals are numbered by an expression that no page may evaluate. What it came to for the first
// numbers says which form is which category of Intl's; a category that only large numbers have is that of a million.
function pluralForms() {
  const found = new Map();
  catalogue.pluralSamples.forEach((form, count) => found.set(rules.select(count), form));
  const ofMillion = rules.select(1_000_000);
  if (!found.has(ofMillion)) found.set(ofMillion, catalogue.pluralOfMillion);
  return found;
}

function formOf(count) {
  return catalogue.pluralSamples[count] ?? forms.get(rules.select(count)) ?? forms.get('other') ?? 0;
}

function nearest(wanted) {
  const among = globalThis.navigator?.languages ?? [];
  const own = among.find((tag) => tag.includes('-') && tag.toLowerCase().startsWith(`${wanted.toLowerCase()}-`));
  if (own) return own;
  return wanted === 'en' && !among.some((tag) => tag.toLowerCase() === 'en') ? 'en-GB' : wanted;
}
