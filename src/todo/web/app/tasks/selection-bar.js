// What can be done to the tasks that are selected.
import { icon } from '../icons.js';
import { t, tn } from '../i18n.js';
import { html } from '../preact.js';
import { pick } from './picking.js';
import { selectNone } from './selection.js';
import { canEdit, discard, setCompleted } from './task-actions.js';

export function SelectionBar({ tasks }) {
  if (!tasks.length) return null;
  const isMine = tasks.every((task) => canEdit(task.list_id));
  const areDone = tasks.every((task) => task.completed);
  const run = (work) => () => {
    work();
    selectNone();
  };
  const picking = (kind) => (event) => pick(kind, tasks, event.currentTarget);
  return html`<div class="selection-bar" role="toolbar" aria-label=${t('Selected tasks')}>
    <span class="selection-count">${tn('{count} task selected', '{count} tasks selected', tasks.length)}</span>
    ${isMine &&
    html`<${Tool} drawing="check" label=${areDone ? t('Open again') : t('Complete')} run=${run(() => setCompleted(tasks, !areDone))} />
      <${Tool} drawing="calendar" label=${t('Due')} run=${picking('due')} />
      <${Tool} drawing="flag" label=${t('Priority')} run=${picking('priority')} />
      <${Tool} drawing="label" label=${t('Labels')} run=${picking('labels')} />
      <${Tool} drawing="list" label=${t('Move')} run=${picking('list')} />
      <${Tool} drawing="trash" label=${t('Move to the trash')} run=${run(() => discard(tasks))} />`}
    <${Tool} drawing="close" label=${t('Select nothing')} run=${selectNone} />
  </div>`;
}

function Tool({ drawing, label, run }) {
  return html`<button type="button" class="icon-button" aria-label=${label} title=${label} onClick=${run}>${icon(drawing)}</button>`;
}
