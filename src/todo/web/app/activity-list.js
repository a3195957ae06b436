// What happened, latest first, with what each change was before and after.
import { activityText } from './activity-words.js';
import { momentText, relativeText } from './date-words.js';
import { fieldName, fieldValue } from './field-words.js';
import { t } from './i18n.js';
import { now, zone } from './now.js';
import { html } from './preact.js';
import { text } from './problem-words.js';
import { findTask } from './store/store.js';

// What a change has besides, which says nothing to people.
const SILENT = new Set(['order', 'id', 'completed_at', 'completed']);

/** `paged` is what `usePaged` gives; `isOfTask` leaves the name of the task out. */
export function ActivityList({ paged, isOfTask = false }) {
  const { items, isLoading, error, hasMore, more } = paged;
  return html`<ol class="activity">
      ${items.map((each) => html`<${Entry} key=${`${each.list_id} ${each.revision}`} entry=${each} isOfTask=${isOfTask} />`)}
    </ol>
    ${error && html`<p class="field-error" role="alert">${text(error)}</p>`}
    ${!isLoading && !error && !items.length && html`<p class="empty">${t('Nothing happened yet.')}</p>`}
    ${isLoading && html`<p class="muted" role="status">${t('Loading…')}</p>`}
    ${hasMore &&
    !isLoading &&
    html`<p class="task-more"><button type="button" class="button" onClick=${more}>${t('Show earlier')}</button></p>`}`;
}

function Entry({ entry, isOfTask }) {
  const task = entry.task_id && findTask(entry.task_id);
  const title = isOfTask ? '' : task?.title;
  const shown = Object.entries(entry.changes).filter(
    ([field]) => !SILENT.has(field) && ['task.updated', 'list.updated', 'member.role_changed'].includes(entry.kind),
  );
  const sentence = activityText(isOfTask ? { ...entry, changes: {} } : entry, title);
  return html`<li class="activity-entry">
    <p>
      ${task && !isOfTask
        ? html`<a href=${`/lists/${task.list_id}?task=${task.id}`}>${sentence}</a>`
        : html`<bdi>${sentence}</bdi>`}
      <time datetime=${entry.at} title=${momentText(entry.at, zone.value)}>${relativeText(entry.at, now.value, zone.value)}</time>
    </p>
    ${shown.length > 0 &&
    html`<dl class="activity-changes">
      ${shown.map(
        ([field, { before, after }]) => html`<div key=${field}>
          <dt>${fieldName(field)}</dt>
          <dd>
            <del>${fieldValue(field, before, entry.list_id)}</del>
            <span aria-hidden="true">→</span>
            <ins>${fieldValue(field, after, entry.list_id)}</ins>
          </dd>
        </div>`,
      )}
    </dl>`}
  </li>`;
}
