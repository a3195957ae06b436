// What is not needed at once comes in further scripts, with their style, as soon as the first has shown something.
import { t } from './i18n.js';
import { html, signal, useEffect } from './preact.js';

/** What the further scripts have, by name, as far as they are there. */
export const parts = signal({});
const failed = signal(new Set());
const loading = new Map();

/** Loads a script, once: `doors`, which strangers need, or `more`, which has all the rest. */
export function load(script = 'more') {
  if (!loading.has(script)) loading.set(script, fetched(script));
  return loading.get(script);
}

async function fetched(script) {
  failed.value = new Set([...failed.peek()].filter((each) => each !== script));
  try {
    const [{ parts: own }] = await Promise.all([import(addressOf(script, '.js')), styled(addressOf(script, '.css'))]);
    parts.value = { ...parts.peek(), ...own };
  } catch {
    // There was no network: whoever asks next tries again.
    loading.delete(script);
    failed.value = new Set([...failed.peek(), script]);
  }
}

// What the document says of where a further file is, if there is one.
function addressOf(name, suffix) {
  return document.querySelector(`link[rel=later][href*="/${name}."][href$="${suffix}"]`)?.href;
}

// Nothing of a script is shown before its style sheet is there.
function styled(address) {
  if (!address) return null;
  return new Promise((resolve, reject) => {
    const sheet = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: address });
    sheet.onload = resolve;
    sheet.onerror = () => {
      sheet.remove();
      reject(new Error(`${address} is not to be had`));
    };
    document.head.append(sheet);
  });
}

/** Does something of the further script, by name. */
export async function doLater(name, ...values) {
  await load();
  parts.peek()[name]?.(...values);
}

/** One of the components, by name; until it is there, and where it cannot be had, that is said if `isShown`. */
export function Later({ part, script = 'more', isShown = false, ...props }) {
  useEffect(() => {
    load(script);
  }, [script]);
  const View = parts.value[part];
  if (View) return html`<${View} ...${props} />`;
  if (!isShown) return null;
  if (!failed.value.has(script)) return html`<p class="waiting" role="status">${t('Loading…')}</p>`;
  return html`<div class="waiting" role="alert">
    <p>${t('This part of the page could not be loaded.')}</p>
    <button type="button" class="button" onClick=${() => load(script)}>${t('Try again')}</button>
  </div>`;
}

/** A component that stands for one of a further script. */
export function later(part, script = 'more') {
  return (props) => html`<${Later} part=${part} script=${script} isShown ...${props} />`;
}
