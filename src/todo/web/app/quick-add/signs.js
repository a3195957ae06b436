// The signs of a line: `#label`, `!1` to `!4`, `+list`.

import { endOf, fold, trim } from './line.js';

const LONGEST_LABEL = 60;
const MOST_LABELS = 100;

/** What they say, and the marks of those that are understood. */
export function signsOf(found, lists) {
  const byTitle = new Map();
  for (const list of lists) {
    const key = fold(trim(list.title));
    if (!byTitle.has(key)) byTitle.set(key, list);
  }
  const labels = new Map();
  const marks = [];
  const mark = (token, kind) => marks.push({ start: token.start, end: endOf(token), kind });
  let [priority, named] = [null, null];
  for (const token of found) {
    const key = fold(token.name);
    const isRoom = labels.size < MOST_LABELS || labels.has(key);
    if (token.sign === '#' && isRoom && isLabel(token.name)) {
      if (!labels.has(key)) labels.set(key, token.name);
      mark(token, 'label');
    } else if (token.sign === '!' && /^[1-4]$/.test(token.name)) {
      priority = token;
    } else if (token.sign === '+' && byTitle.has(key)) {
      named = token;
    }
  }
  if (priority) mark(priority, 'priority');
  if (named) mark(named, 'list');
  return {
    labels: [...labels.values()],
    priority: priority ? 5 - Number(priority.name) : 0,
    list: named ? byTitle.get(fold(named.name)) : null,
    marks,
  };
}

// A name that is not a number (`#42` is an issue), and begins as names do.
function isLabel(name) {
  const isShort = [...name].length <= LONGEST_LABEL;
  return isShort && !/^[!-/:-@[-`{-~]/.test(name) && !/^[0-9]*$/.test(name);
}
