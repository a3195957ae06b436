// Short messages at the bottom, with at most one thing to do about each.
import { announce } from './announce.js';
import { icon } from './icons.js';
import { t } from './i18n.js';
import { html, signal, useEffect } from './preact.js';

const STAYS_MS = 8000;
const MOST = 3;

const toasts = signal([]);
let made = 0;

/** Shows `text`; `action` is `{label, run}`. It goes by itself, but not while it is pointed at or has the focus. */
export function toast(text, { action = null, kind = 'plain' } = {}) {
  const id = ++made;
  toasts.value = [...toasts.value, { id, text, action, kind }].slice(-MOST);
  announce(action ? `${text} ${action.label}: ${t('press Z')}` : text);
  return id;
}

/** Takes a toast away. */
export function dismiss(id) {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

/** Does what the latest toast offers. Whether there was something. */
export function takeLatestOffer() {
  const latest = toasts.value.findLast((each) => each.action);
  if (!latest) return false;
  take(latest);
  return true;
}

export function Toasts() {
  return html`<div class="toasts">${toasts.value.map((each) => html`<${Toast} key=${each.id} ...${each} />`)}</div>`;
}

function take({ id, action }) {
  dismiss(id);
  action.run();
}

function Toast(each) {
  const { id, text, action, kind } = each;
  useEffect(() => {
    // However long the pointer or the focus stays, it is there for as long again.
    let left = setTimeout(() => dismiss(id), STAYS_MS);
    const stay = () => clearTimeout(left);
    const go = () => {
      clearTimeout(left);
      left = setTimeout(() => dismiss(id), STAYS_MS);
    };
    const box = document.getElementById(`toast-${id}`);
    for (const name of ['pointerenter', 'focusin']) box.addEventListener(name, stay);
    for (const name of ['pointerleave', 'focusout']) box.addEventListener(name, go);
    return () => clearTimeout(left);
  }, [id]);
  return html`<div class="toast" id=${`toast-${id}`} data-kind=${kind}>
    <span class="toast-text">${text}</span>
    ${action && html`<button type="button" class="toast-action" onClick=${() => take(each)}>${action.label}</button>`}
    <button type="button" class="icon-button" aria-label=${t('Dismiss')} onClick=${() => dismiss(id)}>
      ${icon('close')}
    </button>
  </div>`;
}
