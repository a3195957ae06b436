// A button that opens a menu of commands, by the pattern of the WAI-ARIA Authoring Practices.
import { icon } from '../icons.js';
import { html, useRef, useState } from '../preact.js';
import { Popover } from './popover.js';

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
    html`<${Popover} anchor=${button.current} label=${label} role="menu" onClose=${() => setOpen(false)}>
      ${shown.map((item, index) =>
        item === null
          ? html`<hr key=${index} />`
          : html`<${MenuItem}
              key=${index}
              ...${item}
              close=${() => {
                setOpen(false);
                button.current.focus();
              }}
            />`,
      )}
    <//>`}
  </span>`;
}

function MenuItem({ label, icon: name, run, danger, close }) {
  const onKeyDown = (event) => {
    const items = [...event.currentTarget.parentElement.querySelectorAll('[role=menuitem]')];
    const index = items.indexOf(event.currentTarget);
    const to = {
      ArrowDown: (index + 1) % items.length,
      ArrowUp: (index - 1 + items.length) % items.length,
      Home: 0,
      End: items.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    items[to].focus();
  };
  const onClick = () => {
    close();
    run();
  };
  return html`<button
    type="button"
    role="menuitem"
    class=${danger ? 'menu-item danger' : 'menu-item'}
    onClick=${onClick}
    onKeyDown=${onKeyDown}
  >
    ${name && icon(name)}<span>${label}</span>
  </button>`;
}
