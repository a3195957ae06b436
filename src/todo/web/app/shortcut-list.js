// The list of keys that `?` shows.
import { t, tx } from './i18n.js';
import { html } from './preact.js';
import { isListShown } from './shortcuts.js';
import { Dialog } from './ui/dialog.js';

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
        [[tx('key', 'Space')], t('Complete, or open again')],
        [[tx('key', 'Enter')], t('Edit the title')],
        [['O'], t('Open all of it')],
        [['X'], t('Select')],
        [[tx('key', 'Shift'), '↑ ↓'], t('Select several')],
        [['Alt', '↑ ↓'], t('Move up or down')],
        [['Alt', '→'], t('Make it a subtask')],
        [['Alt', '←'], t('Make it no subtask')],
        [['D'], t('Set the due')],
        [['L'], t('Set labels')],
        [['V'], t('Move to another list')],
        [['1', '4'], t('Set the priority; 0 takes it away')],
        [[tx('key', 'Delete')], t('Move to the trash')],
      ],
    },
  ];
}
