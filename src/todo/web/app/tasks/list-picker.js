// Picks the list that a task is to be in.
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { allLists } from '../store/store.js';
import { OptionList } from '../ui/option-list.js';
import { Picker } from './picker.js';

/** `value` is the list's id, or null where tasks are in several. Lists that one may only read are left out. */
export function ListPicker({ anchor, value, onPick, onClose }) {
  const options = allLists()
    .filter((list) => list.role !== 'viewer')
    .map((list) => ({ id: list.id, label: list.title, drawing: list.members.length > 1 ? 'people' : 'list' }));
  const choose = (id) => {
    if (id !== value) onPick(id);
    onClose();
  };
  return html`<${Picker} anchor=${anchor} label=${t('Move to a list')} onClose=${onClose}>
    <${OptionList} label=${t('List')} options=${options} chosen=${[value]} onChoose=${choose} />
  <//>`;
}
