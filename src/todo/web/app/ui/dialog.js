// A modal dialog: the browser's own, which keeps the focus inside, closes on Escape and gives the focus back.
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { html, useId, useLayoutEffect, useRef } from '../preact.js';

/** `title` names it, `onClose` is called once it is closed, whichever way. */
export function Dialog({ title, onClose, children, kind = 'plain' }) {
  const box = useRef(null);
  const name = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    box.current.showModal();
    return () => {
      if (before?.isConnected) before.focus();
    };
  }, []);
  const closeOutside = (event) => {
    if (event.target === box.current) box.current.close();
  };
  return html`<dialog
    ref=${box}
    class="dialog"
    data-kind=${kind}
    aria-labelledby=${name}
    onClose=${onClose}
    onMouseDown=${closeOutside}
  >
    <div class="dialog-body">
      <header class="dialog-head">
        <h2 id=${name}>${title}</h2>
        <button type="button" class="icon-button" aria-label=${t('Close')} onClick=${() => box.current.close()}>
          ${icon('close')}
        </button>
      </header>
      ${children}
    </div>
  </dialog>`;
}

/** A question before what cannot be taken back. */
export function Confirmation({ title, text, action, onConfirm, onClose }) {
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <p>${text}</p>
    <div class="dialog-actions">
      <button type="button" class="button" onClick=${onClose}>${t('Cancel')}</button>
      <button type="button" class="button danger" onClick=${onConfirm}>${action}</button>
    </div>
  <//>`;
}
