// What opens beside a button: the pickers and menus. On a narrow screen it is a sheet at the bottom.
import { html, useEffect, useLayoutEffect, useRef } from '../preact.js';

const GAP = 6;

/**
 * `anchor` is the element that it belongs to, `label` names it. It closes on Escape, and on a press or a focus
 * elsewhere; the focus goes back to the anchor.
 */
export function Popover({ anchor, label, onClose, children, role = 'dialog' }) {
  const box = useRef(null);
  useLayoutEffect(() => place(box.current, anchor));
  useEffect(() => {
    const inside = box.current;
    const first = inside.querySelector('[autofocus], [aria-selected=true], [aria-checked=true]');
    (first ?? inside.querySelector('button, input, select, textarea, [tabindex="0"]') ?? inside).focus();
    const outside = (event) => {
      if (!inside.contains(event.target) && !anchor.contains(event.target)) onClose();
    };
    const again = () => place(inside, anchor);
    document.addEventListener('pointerdown', outside);
    addEventListener('resize', again);
    addEventListener('scroll', again, true);
    return () => {
      document.removeEventListener('pointerdown', outside);
      removeEventListener('resize', again);
      removeEventListener('scroll', again, true);
    };
  }, []);
  const onKeyDown = (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    event.preventDefault();
    onClose();
    anchor.focus();
  };
  const onFocusOut = (event) => {
    const next = event.relatedTarget;
    if (next && !box.current.contains(next) && !anchor.contains(next)) onClose();
  };
  return html`<div
    ref=${box}
    class="popover"
    role=${role}
    aria-label=${label}
    tabindex="-1"
    onKeyDown=${onKeyDown}
    onFocusOut=${onFocusOut}
  >
    ${children}
  </div>`;
}

function place(box, anchor) {
  const at = anchor.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const below = at.bottom + GAP;
  const fits = below + height <= innerHeight || at.top < height + GAP;
  const rightToLeft = getComputedStyle(box).direction === 'rtl';
  const left = rightToLeft ? at.right - width : at.left;
  box.style.top = `${Math.max(GAP, Math.min(fits ? below : at.top - GAP - height, innerHeight - height - GAP))}px`;
  box.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
}
