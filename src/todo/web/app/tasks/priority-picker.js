// Picks how urgent a task is.
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { OptionList } from '../ui/option-list.js';
import { Picker } from './picker.js';
import { PriorityFlag, priorityName } from './priorities.js';
import { priorityRank } from './task-actions.js';

/** `value` is the API's priority, 0 to 4, or null where tasks differ. */
export function PriorityPicker({ anchor, value, onPick, onClose }) {
  const options = [4, 3, 2, 1, 0].map((priority) => ({
    id: priority,
    label: priorityName(priority),
    detail: { 4: t('the most urgent'), 1: t('the least urgent') }[priority],
    mark: html`<${PriorityFlag} priority=${priority} />`,
    key: String(priorityRank(priority)),
  }));
  const choose = (priority) => {
    if (priority !== value) onPick(priority);
    onClose();
  };
  return html`<${Picker} anchor=${anchor} label=${t('Priority')} onClose=${onClose}>
    <${OptionList} label=${t('Priority')} options=${options} chosen=${[value]} canSearch=${false} onChoose=${choose} />
  <//>`;
}
