// Keys that do something wherever one is.
import { signal, useEffect, useRef } from './preact.js';

const bound = new Map();
/** Whether the list of keys is shown. */
export const isListShown = signal(false);

/** Binds keys while the component is there: `{key: handler}`, where a handler that returns false leaves the key alone. */
export function useShortcuts(keys) {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const mine = Symbol('shortcuts');
    bound.set(mine, latest);
    return () => bound.delete(mine);
  }, []);
}

/** Listens to the keyboard. Keys are those of `event.key`; those of a text that is being written are its own. */
export function listenToKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isWriting(event.target) || document.querySelector('dialog[open]')) return;
    if (event.key === '?') {
      isListShown.value = true;
      event.preventDefault();
      return;
    }
    // What was bound last lies on top.
    for (const keys of [...bound.values()].reverse()) {
      const handler = keys.current[event.key];
      if (handler && handler(event) !== false) {
        event.preventDefault();
        return;
      }
    }
  });
}

/** Shows the list of keys. */
export function showShortcuts() {
  isListShown.value = true;
}

function isWriting(element) {
  const name = element.tagName;
  if (name === 'TEXTAREA' || name === 'SELECT' || element.isContentEditable) return true;
  return name === 'INPUT' && !['checkbox', 'radio', 'button', 'submit', 'range'].includes(element.type);
}
