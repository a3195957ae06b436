// What a screen reader is to say when something changes that had no focus.
import { html, signal } from './preact.js';

const spoken = signal({ text: '', turn: 0 });

/** Has `text` read aloud once the reader is silent. The same text twice is read twice. */
export function announce(text) {
  spoken.value = { text, turn: spoken.value.turn + 1 };
}

export function LiveRegion() {
  const { text, turn } = spoken.value;
  return html`<div class="hidden" role="status" aria-live="polite"><span key=${turn}>${text}</span></div>`;
}
