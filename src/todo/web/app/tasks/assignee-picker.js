// Picks whom a task is for, among the members of its list.
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { membersOf, session } from '../store/store.js';
import { OptionList } from '../ui/option-list.js';
import { Picker } from './picker.js';

/**
 * `value` is an account's id, or null. `listId` is the list of the task; for tasks of several lists, give `listIds`:
 * who is a member of all of them can be picked.
 */
export function AssigneePicker({ anchor, value, listId = null, listIds = [listId], onPick, onClose }) {
  const own = session.value?.account?.id;
  const [first, ...others] = listIds.map((id) => membersOf(id));
  const members = first.filter(({ account_id }) => others.every((list) => list.some((m) => m.account_id === account_id)));
  const options = [
    { id: null, label: t('Nobody'), drawing: 'close' },
    ...members.map(({ account_id, name }) => ({
      id: account_id,
      label: name || t('Somebody without a name'),
      detail: account_id === own ? t('you') : null,
      drawing: 'person',
    })),
  ];
  const choose = (id) => {
    if (id !== value) onPick(id);
    onClose();
  };
  return html`<${Picker} anchor=${anchor} label=${t('Assignee')} onClose=${onClose}>
    <${OptionList} label=${t('Assignee')} options=${options} chosen=${[value]} onChoose=${choose} />
  <//>`;
}
