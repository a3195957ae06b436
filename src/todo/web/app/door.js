// The frame of what a stranger sees: one form in the middle, and the languages that it can be had in.
import { facts } from './facts.js';
import { icon } from './icons.js';
import { language, languages, t } from './i18n.js';
import { chooseLanguage } from './language-choice.js';
import { html, useEffect, useRef } from './preact.js';
import { useTitle } from './title.js';

/** `title` is its heading; what follows the form is in `below`. */
export function Door({ title, below = null, children }) {
  const main = useRef(null);
  useTitle(title);
  useEffect(() => {
    // What is to be written first; on a phone that would cover half of it with a keyboard.
    const first = matchMedia('(pointer: coarse)').matches ? null : main.current.querySelector('input:not([type=hidden])');
    (first ?? main.current.querySelector('h1')).focus({ preventScroll: true });
  }, []);
  return html`<main class="door" id="main" ref=${main}>
    <a class="door-home" href="/">${icon('check')} To-do</a>
    <div class="door-card">
      <h1 tabindex="-1">${title}</h1>
      ${children}
    </div>
    ${below && html`<div class="door-below">${below}</div>`}
    <${Languages} />
  </main>`;
}

/** Says so where what is written could be read on its way to the service. */
export function InsecureNotice() {
  if (!facts.insecure) return null;
  return html`<p class="notice" data-kind="warning">
    ${icon('warning')}
    <span>${t('This connection is not encrypted: others on the network can read your password. Use a network you trust.')}</span>
  </p>`;
}

function Languages() {
  if (languages.length < 2) return null;
  const choose = async (name) => {
    await chooseLanguage(name);
    location.reload();
  };
  return html`<ul class="door-languages" aria-label=${t('Language')}>
    ${languages.map(
      ({ language: name, name: shown }) => html`<li key=${name}>
        <button
          type="button"
          class="link-button"
          lang=${name}
          aria-current=${name === language ? 'true' : undefined}
          onClick=${() => choose(name)}
        >
          ${shown}
        </button>
      </li>`,
    )}
  </ul>`;
}
