// What is to come: two weeks by the day, then by the week, then by the month.
import { upcomingOf } from '../days/to-come.js';
import { rescheduleTo } from '../days/reschedule.js';
import { monthText, rangeText } from '../calendar.js';
import { dayHeading } from '../date-words.js';
import { longDate } from '../dates.js';
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { minute, today, zone } from '../now.js';
import { html, useLayoutEffect, useMemo, useRef, useState } from '../preact.js';
import { useShortcuts } from '../shortcuts.js';
import { allLists, allTasks, status } from '../store/store.js';
import { QuickAddBar } from '../tasks/quick-add-bar.js';
import { canEdit } from '../tasks/task-actions.js';
import { TaskList } from '../tasks/task-list.js';

export function UpcomingView() {
  const day = today.value;
  const tasks = allTasks();
  const [adding, setAdding] = useState(null);
  const upcoming = useMemo(() => upcomingOf(tasks, day, zone.value), [tasks, day, zone.value]);
  useShortcuts({ q: () => setAdding(day) });
  const canAdd = allLists().some((list) => canEdit(list.id));
  const late = upcoming.overdue.filter((task) => canEdit(task.list_id));
  const sections = [
    upcoming.overdue.length > 0 && {
      key: 'overdue',
      label: t('Overdue'),
      title: html`<span class="heading-late">${t('Overdue')}</span>
        ${late.length > 0 &&
        html`<button type="button" class="link-button" onClick=${() => rescheduleTo(late, day, t('today'))}>
          ${t('Reschedule to today')}
        </button>`}`,
      tasks: upcoming.overdue,
    },
    ...upcoming.days.map(({ day: shown, tasks: due }) => ({
      key: shown,
      day: shown,
      tasks: due,
      label: longDate(shown),
      title: html`<${DayTitle} day=${shown} />`,
      extra: canAdd && html`<${AddToDay} day=${shown} isOpen=${adding === shown} onOpen=${setAdding} />`,
    })),
    ...upcoming.later.map(({ key, kind, from, to, tasks: due }) => ({
      key,
      tasks: due,
      title: kind === 'week' ? rangeText(from, to) : monthText(from),
      label: kind === 'week' ? rangeText(from, to) : monthText(from),
    })),
  ].filter(Boolean);
  if (status.value.loading && !tasks.length) {
    return html`<div class="view"><h1 tabindex="-1">${t('Upcoming')}</h1><p class="waiting" role="status">${t('Loading…')}</p></div>`;
  }
  return html`<div class="view days">
    <header class="view-head"><h1 tabindex="-1">${t('Upcoming')}</h1></header>
    <${TaskList} sections=${sections} showList onDropOnDay=${(moved, to) => rescheduleTo(moved, to, nameOf(to))} />
  </div>`;
}

function DayTitle({ day }) {
  const { name, date } = dayHeading(day, { now: minute.value, timeZone: zone.value });
  return html`<span class="day-name">${name}</span> <span class="day-date">${date}</span>`;
}

function nameOf(day) {
  return longDate(day);
}

// A button that becomes a line to write in; one day has it at a time.
function AddToDay({ day, isOpen, onOpen }) {
  const box = useRef(null);
  const wasOpen = useRef(false);
  useLayoutEffect(() => {
    if (isOpen) box.current.querySelector('input').focus();
    else if (wasOpen.current && document.activeElement === document.body) box.current.querySelector('button').focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  const close = () => onOpen((now) => (now === day ? null : now));
  const onFocusOut = (event) => {
    // Escape lets go of the line, too. The button that the line took the place of is none.
    if (event.target.matches('input') && !event.target.value && !box.current.contains(event.relatedTarget)) close();
  };
  const label = t('Add a task for {day}', { day: longDate(day) });
  return html`<div ref=${box} class="day-add" onFocusOut=${isOpen ? onFocusOut : undefined}>
    ${isOpen
      ? html`<${QuickAddBar} listId=${null} fields=${{ due: { date: day } }} label=${label} onLeave=${close} />`
      : html`<button type="button" class="day-add-button" aria-label=${label} onClick=${() => onOpen(day)}>
          ${icon('add')}<span>${t('Add a task')}</span>
        </button>`}
  </div>`;
}
