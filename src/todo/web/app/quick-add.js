// What a line says of a task: its title, due, labels, priority and list. The same grammar as
// `todo.services.quick_syntax`; tests/quick_add_cases.json holds both sides to each other.

import { clockAt, dayOf, timeOf } from './quick-add/days.js';
import { dueOf } from './quick-add/due.js';
import { languageFrom } from './quick-add/language.js';
import { BLANKS, endOf, tokens, trim } from './quick-add/line.js';
import { pieces } from './quick-add/phrases.js';
import { ruleOf } from './quick-add/rules.js';
import { signsOf } from './quick-add/signs.js';
import { backslashes, titleOf } from './quick-add/title.js';

const KINDS = { until: 'recurrence' }; // how a mark calls what has another name here
const PUNCTUATION_OR_BLANK = new RegExp(`^[${BLANKS}!-/:-@\\[-\`{-~]*$`);

/**
 * @typedef {object} Understood
 * @property {string} title empty only where the line is blank
 * @property {{date: string, recurrence?: string} |
 *   {at: string, time_zone: string, recurrence?: string} | null} due as the API takes it
 * @property {string[]} labels
 * @property {number} priority 4 for `!1`, the most urgent, down to 1 for `!4`; 0 where none is said
 * @property {{id: string, title: string} | null} list the one of the given lists that is named
 * @property {{start: number, end: number, kind: string}[]} marks what was understood, in the
 *   order of the line, as `date`, `time`, `recurrence`, `label`, `priority` or `list`
 */

/**
 * What a line says.
 * @param {string} line
 * @param {object} known
 * @param {Record<string, object>} known.words the data of each language (`web/quick_add/*.json`)
 * @param {string} known.language one of them; English where it is another
 * @param {Date} known.now
 * @param {string} known.timeZone whose clock is read
 * @param {{id: string, title: string}[]} [known.lists]
 * @returns {Understood}
 */
export function parseQuickAdd(line, { words, language, now, timeZone, lists = [] }) {
  const spoken = languageFrom(Object.hasOwn(words, language) ? words[language] : words.en);
  const found = tokens(line);
  const clock = clockAt(now, timeZone);
  const said = pieces(found, spoken, (kind, fields) => valueOf(kind, fields, clock));
  const { due, used } = dueOf(said, clock, timeZone);
  const signs = signsOf(found, lists);
  const marks = used
    .map(({ kind, first, last }) => ({
      start: found[first].start, end: endOf(found[last - 1]), kind: KINDS[kind] ?? kind,
    }))
    .concat(signs.marks)
    .sort((one, other) => one.start - other.start);
  const title = titleOf(line, marks, backslashes(line, found, spoken));
  if (PUNCTUATION_OR_BLANK.test(title)) {
    return { title: trim(line), due: null, labels: [], priority: 0, list: null, marks: [] };
  }
  return { title, due, labels: signs.labels, priority: signs.priority, list: signs.list, marks };
}

function valueOf(kind, fields, clock) {
  if (kind === 'date') return dayOf(fields, clock);
  if (kind === 'time') return timeOf(fields);
  return kind === 'recurrence' ? ruleOf(fields, clock.today) : true;
}
