// How far an import is: a bar, and what is known, in words.
import { html, useId } from '../preact.js';
import { progressOf, progressWords } from './import-words.js';

export function Progress({ run }) {
  const id = useId();
  const part = progressOf(run);
  // A bar of which nothing is known has no value at all.
  const known = part === null ? {} : { value: part };
  return html`<div class="transfer-progress">
    <progress key=${part === null} max="1" aria-labelledby=${id} ...${known}></progress>
    <p id=${id}>${progressWords(run)}</p>
  </div>`;
}
