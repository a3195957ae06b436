// A button that opens a menu of commands, by the pattern of the WAI-ARIA Authoring Practices.
import { icon } from '../icons.js';
import { Later } from '../later.js';
import { html, useRef, useState } from '../preact.js';

/** `items`: `{label, icon, run, danger}`, or null for a line between groups. */
export function MenuButton({ label, items, face = icon('more'), className = 'icon-button' }) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef(null);
  const shown = items.filter((item) => item !== false && item !== undefined);
  return html`<span class="menu-anchor">
    <button
      ref=${button}
      type="button"
      class=${className}
      aria-label=${label}
      aria-haspopup="menu"
      aria-expanded=${isOpen}
      onClick=${() => setOpen(!isOpen)}
    >
      ${face}
    </button>
    ${isOpen &&
    html`<${Later} part="Menu" label=${label} items=${shown} anchor=${button.current} onClose=${() => setOpen(false)} />`}
  </span>`;
}
