// What is to be done today, and what was to be done before.
import { agendaOf } from '../days/agenda.js';
import { rescheduleTo } from '../days/reschedule.js';
import { longDate } from '../dates.js';
import { t } from '../i18n.js';
import { today, zone } from '../now.js';
import { html, useMemo } from '../preact.js';
import { allTasks, status } from '../store/store.js';
import { QuickAddBar } from '../tasks/quick-add-bar.js';
import { canEdit } from '../tasks/task-actions.js';
import { TaskList } from '../tasks/task-list.js';

export function TodayView() {
  const day = today.value;
  const tasks = allTasks();
  const agenda = useMemo(() => agendaOf(tasks, day, zone.value), [tasks, day, zone.value]);
  const name = t('today');
  const late = agenda.overdue.filter((task) => canEdit(task.list_id));
  const sections = [
    agenda.overdue.length > 0 && {
      key: 'overdue',
      label: t('Overdue'),
      title: html`<span class="heading-late">${t('Overdue')}</span>
        ${late.length > 0 &&
        html`<button type="button" class="link-button" onClick=${() => rescheduleTo(late, day, name)}>
          ${t('Reschedule to today')}
        </button>`}`,
      tasks: agenda.overdue,
    },
    agenda.today.length > 0 && {
      key: 'today',
      title: agenda.overdue.length > 0 && t('Today'),
      label: t('Today'),
      day,
      tasks: agenda.today,
    },
  ].filter(Boolean);
  return html`<div class="view days">
    <header class="view-head">
      <h1 tabindex="-1">${t('Today')} <span class="view-date">${longDate(day)}</span></h1>
    </header>
    <${TaskList}
      sections=${sections}
      showList
      empty=${html`<${Nothing} />`}
      onDropOnDay=${(moved) => rescheduleTo(moved, day, name)}
    />
    <${QuickAddBar} listId=${null} fields=${{ due: { date: day } }} label=${t('Add a task for today')} />
  </div>`;
}

function Nothing() {
  if (status.value.loading) return html`<p class="waiting" role="status">${t('Loading…')}</p>`;
  return html`<div class="empty">
    <p class="empty-title">${t('Nothing is due today.')}</p>
    <p>${t('Add something below, or see what is to come.')} <a href="/upcoming">${t('Go to Upcoming')}</a></p>
  </div>`;
}
