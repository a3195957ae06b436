// The title of a task: what is left of a line, once what was understood is taken from it.

import { fold, trim } from './line.js';

const ESCAPABLE = '#+!"“«\\';
// What is left hanging where something was taken from the beginning or the end of the line.
const HANGING = '-–—,;:';

/** Where a backslash protects something, and is not part of the title. */
export function backslashes(line, found, { known }) {
  return found
    .filter(({ escaped }) => escaped)
    .filter(({ start, stop }) => isProtected(line.slice(start + 1, stop), known))
    .map(({ start }) => start);
}

function isProtected(text, known) {
  return ESCAPABLE.includes(text[0]) || /^[0-9]/.test(text) || known.has(fold(text));
}

/** What is left of the line without the marks and what is dropped. */
export function titleOf(line, marks, dropped) {
  const left = new Set(dropped);
  const kept = [];
  let at = 0;
  for (const { start, end } of [...marks, { start: line.length, end: line.length }]) {
    let text = '';
    for (; at < start; at += 1) if (!left.has(at)) text += line[at];
    kept.push(text);
    at = end;
  }
  let title = trim(kept[0]);
  for (const text of kept.slice(1)) {
    const glue = /^[!?)]/.test(text) ? '' : ' ';
    const more = trim(text);
    title = title && more ? title + glue + more : title || more;
  }
  const [start, end] = [kept[0], kept.at(-1)].map((text) => kept.length > 1 && !trim(text));
  return trim(trim(title, HANGING, { start, end }));
}
