// Picks labels, and makes new ones.
import { t, tn } from '../i18n.js';
import { html } from '../preact.js';
import { allLabels } from '../store/store.js';
import { OptionList, folded } from '../ui/option-list.js';
import { Picker } from './picker.js';

const LONGEST = 60;

/**
 * `value` are the names that the task has. It stays open: `onPick(names, {added, removed})` tells each change. Where
 * it is for several tasks, `value` is what all have and `partly` what some of them have.
 */
export function LabelPicker({ anchor, value, partly = [], onPick, onClose }) {
  const used = allLabels();
  const known = new Set(used.map(({ name }) => folded(name)));
  const own = [...value, ...partly].filter((name) => !known.has(folded(name)));
  const options = [
    ...own.map((name) => ({ id: name, label: name })),
    ...used.map(({ name, count }) => ({ id: name, label: name, detail: tn('{count} task', '{count} tasks', count) })),
  ];
  const toggle = (name) => {
    const rest = value.filter((each) => folded(each) !== folded(name));
    if (rest.length < value.length) onPick(rest, { removed: name });
    else onPick([...value, name], { added: name });
  };
  return html`<${Picker} anchor=${anchor} label=${t('Labels')} onClose=${onClose}>
    <${OptionList}
      label=${t('Labels')}
      several
      options=${options}
      chosen=${value}
      partly=${partly}
      maxLength=${LONGEST}
      makeLabel=${(name) => t('Make the label “{name}”', { name })}
      onMake=${toggle}
      onChoose=${toggle}
    />
  <//>`;
}
