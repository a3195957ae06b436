// What did not go in as it was, row by row, each with the way to its task where there is one.
import { language, t } from '../i18n.js';
import { html } from '../preact.js';
import { findTask } from '../store/store.js';

/** `problems` as in the API. */
export function ProblemTable({ problems }) {
  return html`<div class="table-box" role="region" tabindex="0" aria-label=${t('Problems')}>
    <table class="table">
      <thead>
        <tr>
          <th scope="col">${t('Row')}</th>
          <th scope="col">${t('Column')}</th>
          <th scope="col">${t('What')}</th>
          <th scope="col">${t('Outcome')}</th>
        </tr>
      </thead>
      <tbody>
        ${problems.map(
          (problem, index) => html`<tr key=${index}>
            <th scope="row"><${Row} problem=${problem} /></th>
            <td><bdi>${problem.column}</bdi></td>
            <td dir="auto" lang=${language === 'en' ? undefined : 'en'}>
              ${problem.item && html`<strong><bdi>${problem.item}</bdi>: </strong>`}${problem.detail}
            </td>
            <td>
              <span class="badge" data-level=${problem.level}>${problem.level === 'error' ? t('left out') : t('without it')}</span>
            </td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function Row({ problem: { row, task_id: taskId, item } }) {
  const task = taskId && findTask(taskId);
  if (!task) return html`<span>${row}</span>`;
  return html`<a
    href=${`/lists/${task.list_id}?task=${task.id}`}
    aria-label=${t('Row {row}: “{title}”', { row, title: item ?? task.title })}
    onClick=${(event) => event.target.closest('dialog')?.close()}
    >${row}</a
  >`;
}
