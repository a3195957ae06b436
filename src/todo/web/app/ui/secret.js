// What is shown once, and has to be copied now.
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { html, useRef } from '../preact.js';
import { toast } from '../toasts.js';

/** `label` names it, `text` says what to do with it. */
export function Secret({ label, text, secret, onClose }) {
  const field = useRef(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret);
    } catch {
      // Where a page may not, the person does.
      field.current.select();
      toast(t('Press the keys for copying now'));
      return;
    }
    toast(t('Copied'));
  };
  return html`<div class="secret notice" role="group" aria-label=${label}>
    <p>${text}</p>
    <div class="secret-line">
      <input
        ref=${field}
        readonly
        class="secret-text"
        aria-label=${label}
        value=${secret}
        onFocus=${(event) => event.target.select()}
      />
      <button type="button" class="button" onClick=${copy}>${icon('copy')} ${t('Copy')}</button>
    </div>
    <p><button type="button" class="link-button" onClick=${onClose}>${t('I have it')}</button></p>
  </div>`;
}
