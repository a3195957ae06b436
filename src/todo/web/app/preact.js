// The page's libraries, in one place: Preact, its hooks, signals, and htm in place of JSX.
import { h, render, Fragment, createContext, createPortal } from '../vendor/preact.js';
import { useLayoutEffect, useRef } from '../vendor/hooks.js';
import htm from '../vendor/htm.js';

export {
  useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useContext, useId,
} from '../vendor/hooks.js';
export {
  signal, computed, effect, batch, untracked, useSignal, useComputed, useSignalEffect,
} from '../vendor/signals.js';

export const html = htm.bind(h);

/**
 * What makes elements of a component that are as before, by their key, where each of their props is: such an element is
 * passed over, which is quicker than to look whether it has to be drawn anew.
 */
export function useSameElements(view) {
  const before = useRef(new Map());
  const elements = new Map();
  useLayoutEffect(() => {
    before.current = elements;
  });
  return (key, props) => {
    const known = before.current.get(key);
    const element = known && isSame(known.props, props) ? known : h(view, { ...props, key });
    elements.set(key, element);
    return element;
  };
}

function isSame(props, others) {
  for (const name in others) if (others[name] !== props[name]) return false;
  return true;
}

export { h, render, Fragment, createContext, createPortal };
