// A labelled input with what is wrong with it below.
import { html, useId } from '../preact.js';

/** `input` are the attributes of the `<input>`; `error` is read with it. */
export function Field({ label, hint = null, error = null, ...input }) {
  const id = useId();
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <input id=${id} aria-invalid=${error ? 'true' : undefined} aria-describedby=${`${id}-more`} ...${input} />
    <p id=${`${id}-more`} class=${error ? 'field-error' : 'field-hint'}>${error ?? hint}</p>
  </div>`;
}
