// Text of a person as it stands, but that its addresses can be followed.
import { html } from '../preact.js';

const SCHEMES = ['http:', 'https:', 'mailto:'];
// No address holds quotes, angle brackets, or what turns the direction of the text.
const ADDRESS = /\b(?:https?:\/\/|mailto:)[^\s<>"'`\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]+/giu;

/** Vnodes of the text: whatever it holds, it is text, or a link to a web page or a mail address. */
export function LinkedText({ text }) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = withoutEnding(found);
    const target = readAddress(address);
    if (!target) continue;
    parts.push(text.slice(end, index), html`<${Link} target=${target} text=${address} />`);
    end = index + address.length;
  }
  return html`${parts}${text.slice(end)}`;
}

function Link({ target, text }) {
  const isHere = target.origin === location.origin;
  return html`<a href=${target.href} rel="noopener noreferrer" target=${isHere ? undefined : '_blank'}><bdi>${text}</bdi></a>`;
}

function readAddress(text) {
  const address = URL.canParse(text) ? new URL(text) : null;
  return address && SCHEMES.includes(address.protocol) ? address : null;
}

// What ends a sentence, or the brackets around it, is no part of an address.
function withoutEnding(address) {
  const shorter = address.replace(/[.,;:!?…*_~]+$/u, '');
  if (/\)$/.test(shorter) && count(shorter, ')') > count(shorter, '(')) return withoutEnding(shorter.slice(0, -1));
  if (/\]$/.test(shorter) && count(shorter, ']') > count(shorter, '[')) return withoutEnding(shorter.slice(0, -1));
  return shorter;
}

function count(text, character) {
  return text.split(character).length - 1;
}
