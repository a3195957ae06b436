// What was thrown away, for as long as it can come back.
import { relativeText } from '../date-words.js';
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { now, zone } from '../now.js';
import { usePaged } from '../paged.js';
import { html, useState } from '../preact.js';
import { text } from '../problem-words.js';
import { request } from '../store/api.js';
import { findList, newId } from '../store/store.js';
import { toast } from '../toasts.js';

export function TrashView() {
  const { items, isLoading, error, hasMore, more } = usePaged('/v1/trash?limit=100');
  const [restored, setRestored] = useState(new Set());
  const left = items.filter((task) => !restored.has(task.id));
  const restore = async (task) => {
    setRestored(new Set([...restored, task.id]));
    try {
      await request('POST', `/v1/tasks/${task.id}/restore`, { headers: { 'Idempotency-Key': newId() } });
      toast(t('Restored “{title}”', { title: task.title }));
    } catch (problem) {
      setRestored((before) => new Set([...before].filter((id) => id !== task.id)));
      toast(text(problem), { kind: 'bad' });
    }
  };
  return html`<div class="view">
    <header class="view-head"><h1 tabindex="-1">${t('Trash')}</h1></header>
    <p class="muted">${t('What you throw away stays here for 30 days.')}</p>
    <ul class="tasks" aria-label=${t('Trash')}>
      ${left.map(
        (task) => html`<li key=${task.id} class="trashed">
          <div class="task-body">
            <bdi>${task.title}</bdi>
            <div class="task-meta">
              <span>${icon('list')}<bdi>${findList(task.list_id)?.title ?? t('A list in the trash')}</bdi></span>
              <span>${relativeText(task.deleted_at, now.value, zone.value)}</span>
            </div>
          </div>
          <button
            type="button"
            class="button"
            aria-label=${t('Restore “{title}”', { title: task.title })}
            onClick=${() => restore(task)}
          >
            ${icon('restore')}<span>${t('Restore')}</span>
          </button>
        </li>`,
      )}
    </ul>
    ${error && html`<p class="field-error" role="alert">${text(error)}</p>`}
    ${isLoading && html`<p class="muted" role="status">${t('Loading…')}</p>`}
    ${!isLoading && !error && !left.length && !hasMore && html`<p class="empty">${t('The trash is empty.')}</p>`}
    ${hasMore &&
    !isLoading &&
    html`<p class="task-more"><button type="button" class="button" onClick=${more}>${t('Show earlier')}</button></p>`}
  </div>`;
}
