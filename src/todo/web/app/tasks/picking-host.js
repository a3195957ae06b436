// The picker that is open.
import { html } from '../preact.js';
import { findTask } from '../store/store.js';
import { t, tn } from '../i18n.js';
import { folded } from '../ui/option-list.js';
import { AssigneePicker } from './assignee-picker.js';
import { DuePicker } from './due-picker.js';
import { LabelPicker } from './label-picker.js';
import { ListPicker } from './list-picker.js';
import { picking } from './picking.js';
import { PriorityPicker } from './priority-picker.js';
import { ReminderPicker } from './reminder-picker.js';
import { doing, moveToList, setFields } from './task-actions.js';

const PICKERS = {
  due: DueOf,
  labels: LabelsOf,
  priority: PriorityOf,
  assignee: AssigneeOf,
  list: ListOf,
  reminders: RemindersOf,
};

/** The picker that is open. */
export function Picking() {
  const now = picking.value;
  if (!now) return null;
  // As they are by now; one may have gone while it was open.
  const tasks = now.ids.map(findTask).filter(Boolean);
  if (!tasks.length || !now.anchor.isConnected) return null;
  const onClose = () => {
    if (picking.value === now) picking.value = null;
  };
  return html`<${PICKERS[now.kind]} key=${`${now.kind} ${now.ids}`} tasks=${tasks} anchor=${now.anchor} onClose=${onClose} />`;
}

function DueOf({ tasks, ...picker }) {
  const onPick = (due) => change(tasks, { due }, t('Changed the due'));
  return html`<${DuePicker} ...${picker} value=${common(tasks, 'due')} onPick=${onPick} />`;
}

function PriorityOf({ tasks, ...picker }) {
  const onPick = (priority) => change(tasks, { priority }, t('Changed the priority'));
  return html`<${PriorityPicker} ...${picker} value=${common(tasks, 'priority')} onPick=${onPick} />`;
}

function AssigneeOf({ tasks, ...picker }) {
  const onPick = (id) => change(tasks, { assignee_id: id }, t('Changed the assignee'));
  const listIds = [...new Set(tasks.map((task) => task.list_id))];
  const value = tasks.every((task) => task.assignee_id === tasks[0].assignee_id) ? tasks[0].assignee_id : undefined;
  return html`<${AssigneePicker} ...${picker} value=${value} listIds=${listIds} onPick=${onPick} />`;
}

function ListOf({ tasks, ...picker }) {
  return html`<${ListPicker} ...${picker} value=${common(tasks, 'list_id')} onPick=${(id) => moveToList(tasks, id)} />`;
}

function RemindersOf({ tasks, ...picker }) {
  const [first] = tasks;
  const onPick = (reminders) => change(tasks, { reminders }, t('Changed the reminders'));
  return html`<${ReminderPicker} ...${picker} value=${first.reminders} due=${first.due} onPick=${onPick} />`;
}

function LabelsOf({ tasks, ...picker }) {
  const has = (task, name) => task.labels.some((each) => folded(each) === folded(name));
  const names = [...new Set(tasks.flatMap((task) => task.labels))];
  const value = names.filter((name) => tasks.every((task) => has(task, name)));
  const onPick = (_names, { added, removed }) => {
    const concerned = tasks.filter((task) => has(task, added ?? removed) !== Boolean(added));
    if (!concerned.length) return;
    const without = (task) => task.labels.filter((each) => folded(each) !== folded(removed ?? ''));
    setEach(concerned, (task) => ({ labels: added ? [...task.labels, added] : without(task) }), t('Changed the labels'));
  };
  const partly = names.filter((name) => !value.includes(name));
  return html`<${LabelPicker} ...${picker} value=${value} partly=${partly} onPick=${onPick} />`;
}

// What all of the tasks have, or null where they differ.
function common(tasks, field) {
  const [first] = tasks.map((task) => JSON.stringify(task[field]));
  return tasks.every((task) => JSON.stringify(task[field]) === first) ? tasks[0][field] : null;
}

// Of one task it is seen what was changed; of several, one may want it back.
function change(tasks, changes, says) {
  setEach(tasks, () => changes, says);
}

function setEach(tasks, changesOf, says) {
  if (tasks.length === 1) {
    setFields(tasks, changesOf(tasks[0]), says);
    return;
  }
  doing(
    tn('{count} task changed', '{count} tasks changed', tasks.length),
    tasks.map((task) => ({ do: 'update_task', id: task.id, changes: changesOf(task) })),
  );
}
