// What opens beside a button: the pickers and menus. On a narrow screen it is a sheet at the bottom.
import { html, useLayoutEffect, useRef } from '../preact.js';

const GAP = 6;

/**
 * `anchor` is the element that it belongs to, `label` names it. It closes on Escape, and on a press or a focus
 * elsewhere (`onClose('escape')`, `onClose('elsewhere')`); the focus goes back to where it was.
 */
export function Popover({ anchor, label, onClose, children, role = 'dialog', kind = 'plain' }) {
  const box = useRef(null);
  const close = useRef(onClose);
  close.current = onClose;
  useLayoutEffect(() => place(box.current, anchor));
  useLayoutEffect(() => {
    const inside = box.current;
    const before = document.activeElement;
    const first = inside.querySelector('[data-first], [aria-selected=true], [aria-checked=true]');
    const others = inside.querySelectorAll('button, input, select, textarea, [tabindex="0"]');
    const best = first ?? [...others].find((each) => each.checkVisibility()) ?? inside;
    // A keyboard on the screen would cover what is to be picked.
    (best.matches('input, textarea') && matchMedia('(pointer: coarse)').matches ? inside : best).focus();
    const outside = (event) => {
      if (!inside.contains(event.target) && !anchor.contains(event.target)) close.current('elsewhere');
    };
    const again = () => place(inside, anchor);
    document.addEventListener('pointerdown', outside);
    addEventListener('resize', again);
    addEventListener('scroll', again, true);
    return () => {
      const now = document.activeElement;
      if (now === document.body || inside.contains(now)) (before.isConnected && before !== document.body ? before : anchor).focus();
      document.removeEventListener('pointerdown', outside);
      removeEventListener('resize', again);
      removeEventListener('scroll', again, true);
    };
  }, []);
  const onKeyDown = (event) => {
    // Its keys are its own.
    event.stopPropagation();
    if (event.key === 'Tab' && role === 'dialog') goRound(event, box.current);
    if (event.key !== 'Escape') return;
    event.preventDefault();
    onClose('escape');
  };
  const onFocusOut = (event) => {
    const next = event.relatedTarget;
    if (next && !box.current.contains(next) && !anchor.contains(next)) onClose('elsewhere');
  };
  return html`<div
    ref=${box}
    class="popover"
    data-kind=${kind}
    role=${role}
    aria-label=${label}
    tabindex="-1"
    onKeyDown=${onKeyDown}
    onFocusOut=${onFocusOut}
  >
    ${children}
  </div>`;
}

// The last stop of the tab key is followed by the first one.
function goRound(event, box) {
  const all = box.querySelectorAll('a[href], button:enabled, input:enabled, select:enabled, textarea, [tabindex="0"]');
  const stops = [...all].filter((each) => each.checkVisibility());
  const end = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== end && !(event.shiftKey && document.activeElement === box)) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
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
