// Keys that do something wherever one is, and the list of all keys that `?` shows.
import { Dialog } from './ui/dialog.js';
import { t } from './i18n.js';
import { html, signal, useEffect, useRef } from './preact.js';

const bound = new Map();
const isListShown = signal(false);

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

export function Shortcuts() {
  if (!isListShown.value) return null;
  return html`<${Dialog} title=${t('Keyboard shortcuts')} onClose=${() => (isListShown.value = false)}>
    <div class="shortcuts">
      ${groups().map(
        ({ title, keys }) => html`<section>
          <h3>${title}</h3>
          <dl>
            ${keys.map(
              ([pressed, does]) => html`<div>
                <dt>${pressed.map((key) => html`<kbd>${key}</kbd>`)}</dt>
                <dd>${does}</dd>
              </div>`,
            )}
          </dl>
        </section>`,
      )}
    </div>
  <//>`;
}

function groups() {
  return [
    {
      title: t('Everywhere'),
      keys: [
        [['Q'], t('Add a task')],
        [['/'], t('Search')],
        [['G', 'T'], t('Go to Today')],
        [['G', 'U'], t('Go to Upcoming')],
        [['Z'], t('Undo the last change')],
        [['?'], t('Show this list')],
      ],
    },
    {
      title: t('In a list'),
      keys: [
        [['↑', '↓'], t('Move among tasks')],
        [['Space'], t('Complete, or open again')],
        [['Enter'], t('Edit the title')],
        [['O'], t('Open all of it')],
        [['X'], t('Select')],
        [['Shift', '↑ ↓'], t('Select several')],
        [['Alt', '↑ ↓'], t('Move up or down')],
        [['Alt', '→'], t('Make it a subtask')],
        [['Alt', '←'], t('Make it no subtask')],
        [['D'], t('Set the due')],
        [['L'], t('Set labels')],
        [['V'], t('Move to another list')],
        [['1', '4'], t('Set the priority; 0 takes it away')],
        [['Delete'], t('Move to the trash')],
      ],
    },
  ];
}

function isWriting(element) {
  const name = element.tagName;
  if (name === 'TEXTAREA' || name === 'SELECT' || element.isContentEditable) return true;
  return name === 'INPUT' && !['checkbox', 'radio', 'button', 'submit', 'range'].includes(element.type);
}
