// What was understood of a line, before it becomes a task.
import { dueText } from '../dates.js';
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { now, zone } from '../now.js';
import { html } from '../preact.js';
import { recurrenceText } from '../recurrence-words.js';
import { findList } from '../store/store.js';
import { priorityRank } from './task-actions.js';

/** `understood` is what `parseQuickAdd` gives, or null. */
export function QuickAddPreview({ understood }) {
  const { due, labels, priority, list } = understood ?? { labels: [] };
  const isAnything = due || labels.length || priority || list;
  return html`<p id="quick-add-preview" class="quick-add-preview" hidden=${!isAnything}>
    ${isAnything && html`<span class="chip chip-title"><bdi>${understood.title}</bdi></span>`}
    ${due && html`<span class="chip">${icon('calendar')}${dueText(due, { now: now.value, timeZone: zone.value }).text}</span>`}
    ${due?.recurrence && html`<span class="chip">${icon('repeat')}${recurrenceText(due.recurrence)}</span>`}
    ${labels.map((name) => html`<span class="chip" key=${name}>${icon('label')}<bdi>${name}</bdi></span>`)}
    ${priority > 0 &&
    html`<span class="chip" data-priority=${priorityRank(priority)}>${icon('flag')}${t('Priority {rank}', { rank: priorityRank(priority) })}</span>`}
    ${list && html`<span class="chip">${icon('list')}<bdi>${findList(list.id)?.title ?? list.title}</bdi></span>`}
  </p>`;
}
