// The commands of a menu, by the pattern of the WAI-ARIA Authoring Practices.
import { icon } from '../icons.js';
import { html } from '../preact.js';
import { Popover } from './popover.js';

/** `items` are those of `MenuButton`, which `anchor` is. */
export function Menu({ label, items, anchor, onClose }) {
  const close = () => {
    onClose();
    anchor.focus();
  };
  return html`<${Popover} anchor=${anchor} label=${label} role="menu" onClose=${onClose}>
    ${items.map((item, index) =>
      item === null ? html`<hr key=${index} />` : html`<${MenuItem} key=${index} ...${item} close=${close} />`,
    )}
  <//>`;
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
