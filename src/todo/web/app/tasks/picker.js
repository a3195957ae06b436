// The frame of all pickers. They have one face: `anchor`, the `value` as the API has it, `onPick(value)`, `onClose()`.
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { Popover } from '../ui/popover.js';

/** A popover with a title, which is seen where it is a sheet. `onClose(why)` as with popovers. */
export function Picker({ anchor, label, onClose, children }) {
  return html`<${Popover} anchor=${anchor} label=${label} kind="picker" onClose=${onClose}>
    <div class="picker-head">
      <span aria-hidden="true">${label}</span>
      <button type="button" class="icon-button" aria-label=${t('Close')} onClick=${() => onClose('elsewhere')}>
        ${icon('close')}
      </button>
    </div>
    ${children}
  <//>`;
}
