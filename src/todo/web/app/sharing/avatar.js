// A person as a letter on a colour, which stays the same.
import { html } from '../preact.js';

const COLOURS = 6;

export function Avatar({ id, name }) {
  return html`<span class="avatar" data-colour=${colourOf(id)} aria-hidden="true">${initial(name)}</span>`;
}

function initial(name) {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return (first?.segment ?? '?').toLocaleUpperCase();
}

function colourOf(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return sum % COLOURS;
}
