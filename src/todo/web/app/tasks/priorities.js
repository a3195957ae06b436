// Priorities as people see them: 1 is the most urgent, where the API has 4.
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { priorityRank } from './task-actions.js';

/** What people call a priority of the API. */
export function priorityName(priority) {
  return priority ? t('Priority {rank}', { rank: priorityRank(priority) }) : t('No priority');
}

/** A flag in its colour. */
export function PriorityFlag({ priority }) {
  return html`<span class="priority-flag" data-level=${priorityRank(priority)}>${icon('flag')}</span>`;
}
