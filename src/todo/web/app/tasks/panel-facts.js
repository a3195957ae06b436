// What of a task is picked: when, how urgent, for whom, in which list. Each opens its picker.
import { dueText } from '../dates.js';
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { minute, zone } from '../now.js';
import { html } from '../preact.js';
import { recurrenceText } from '../recurrence-words.js';
import { findList, membersOf, session } from '../store/store.js';
import { pick } from './picking.js';
import { priorityName, PriorityFlag } from './priorities.js';
import { reminderText } from './reminder-words.js';

export function PanelFacts({ task, isMine }) {
  const reader = { now: minute.value, timeZone: zone.value };
  const due = task.due && dueText(task.due, reader);
  const isPerson = session.value?.kind === 'person';
  const facts = [
    {
      kind: 'due',
      drawing: icon('calendar'),
      name: t('Due'),
      state: task.completed ? undefined : due?.state,
      value: due && html`<span title=${due.full}>${due.text}</span>`,
    },
    {
      kind: 'due',
      key: 'repeat',
      drawing: icon('repeat'),
      name: t('Repeat'),
      isHidden: !task.due?.recurrence,
      value: task.due?.recurrence && recurrenceText(task.due.recurrence, { timeZone: task.due.time_zone ?? zone.value }),
    },
    {
      kind: 'reminders',
      drawing: icon('bell'),
      name: t('Reminders'),
      isHidden: !isPerson && !task.reminders.length,
      value:
        task.reminders.length > 0 &&
        task.reminders.map((each) => html`<span key=${each.before ?? each.at}>${reminderText(each, { due: task.due, timeZone: zone.value })}</span>`),
    },
    {
      kind: 'priority',
      drawing: html`<${PriorityFlag} priority=${task.priority} />`,
      name: t('Priority'),
      value: task.priority > 0 && priorityName(task.priority),
    },
    {
      kind: 'labels',
      drawing: icon('label'),
      name: t('Labels'),
      value: task.labels.length > 0 && task.labels.map((name) => html`<bdi key=${name} class="task-label">${name}</bdi>`),
    },
    {
      kind: 'assignee',
      drawing: icon('person'),
      name: t('Assignee'),
      value: task.assignee_id && html`<bdi>${nameOf(task)}</bdi>`,
    },
    {
      kind: 'list',
      drawing: icon('list'),
      name: t('List'),
      isHidden: !isPerson,
      value: html`<bdi>${findList(task.list_id)?.title}</bdi>`,
    },
  ];
  return html`<ul class="panel-facts" role="list">
    ${facts
      .filter((fact) => !fact.isHidden)
      .map((fact) => html`<li key=${fact.key ?? fact.kind}><${Fact} ...${fact} task=${task} isMine=${isMine} /></li>`)}
  </ul>`;
}

function Fact({ kind, drawing, name, value, state, task, isMine }) {
  const inside = html`${drawing}<span class="fact-name">${name}</span>
    <span class="fact-value" data-empty=${!value} data-state=${state}>${value || t('None')}</span>`;
  if (!isMine) return html`<div class="fact">${inside}</div>`;
  return html`<button
    type="button"
    class="fact"
    data-fact=${kind}
    aria-haspopup="dialog"
    onClick=${(event) => pick(kind, [task], event.currentTarget)}
  >
    ${inside}
  </button>`;
}

function nameOf(task) {
  return membersOf(task.list_id).find((member) => member.account_id === task.assignee_id)?.name || t('Somebody');
}
