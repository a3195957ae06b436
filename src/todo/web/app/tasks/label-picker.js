// Picks labels, and makes new ones.
import { t, tn } from '../i18n.js';
import { html, useRef } from '../preact.js';
import { allLabels } from '../store/store.js';
import { OptionList, folded } from '../ui/option-list.js';
import { Picker } from './picker.js';

const LONGEST = 60;

/**
 * `value` are the names that the task has. It stays open: `onPick(names, {added, removed})` tells each change. Where
 * it is for several tasks, `value` is what all have and `partly` what some of them have.
 */
export function LabelPicker({ anchor, value, partly = [], onPick, onClose }) {
  const seen = useRef([]);
  const used = new Map(allLabels().map(({ name, count }) => [folded(name), { name, count }]));
  // What was taken off the last task is there to be put back, for as long as this is open.
  for (const name of [...value, ...partly, ...[...used.values()].map((label) => label.name)]) {
    if (!seen.current.some((each) => folded(each) === folded(name))) seen.current.push(name);
  }
  const options = seen.current.map((name) => ({ id: name, label: name, describe: () => countText(used.get(folded(name))) }));
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
      chosen=${seen.current.filter((name) => includes(value, name))}
      partly=${seen.current.filter((name) => includes(partly, name))}
      maxLength=${LONGEST}
      makeLabel=${(name) => t('Make the label “{name}”', { name })}
      onMake=${toggle}
      onChoose=${toggle}
    />
  <//>`;
}

function includes(names, name) {
  return names.some((each) => folded(each) === folded(name));
}

function countText(label) {
  return label && tn('{count} task', '{count} tasks', label.count);
}
