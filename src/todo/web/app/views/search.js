// Tasks by what they say, over all lists. It looks through what is on this device, so it needs no network.
import { icon } from '../icons.js';
import { t, tn } from '../i18n.js';
import { html, useLayoutEffect, useMemo, useRef } from '../preact.js';
import { addressWith, navigate, route } from '../router.js';
import { allTasks, findList } from '../store/store.js';
import { TaskList } from '../tasks/task-list.js';

export function SearchView() {
  const { q = '', done } = route.value.query;
  const input = useRef(null);
  const tasks = allTasks();
  useLayoutEffect(() => input.current.focus(), []);
  const found = useMemo(() => find(tasks, q, Boolean(done)), [tasks, q, done]);
  const set = (query) => navigate(addressWith(query), { replace: true });
  return html`<div class="view">
    <h1 tabindex="-1" class="hidden">${t('Search')}</h1>
    <form class="search" role="search" onSubmit=${(event) => event.preventDefault()}>
      <div class="quick-add-line">
        ${icon('search')}
        <input
          ref=${input}
          class="quick-add-input"
          type="search"
          autocomplete="off"
          maxlength="200"
          aria-label=${t('Search in all lists')}
          placeholder=${t('Search in all lists')}
          value=${q}
          onInput=${(event) => set({ q: event.target.value || null, task: null })}
        />
      </div>
      <label class="toggle">
        <input type="checkbox" checked=${Boolean(done)} onChange=${(event) => set({ done: event.target.checked ? 'yes' : null })} />
        <span>${t('Also what is completed')}</span>
      </label>
    </form>
    <p class="muted" role="status">${q.trim() && tn('{count} task found', '{count} tasks found', found.length)}</p>
    <${TaskList}
      sections=${[{ key: 'found', tasks: found, label: t('Found') }]}
      showList
      empty=${html`<p class="empty">${q.trim() ? t('Nothing says this.') : t('Titles, notes, labels and lists are searched.')}</p>`}
    />
  </div>`;
}

// Every word has to be somewhere in the task.
function find(tasks, q, done) {
  const words = plain(q).split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  return tasks
    .filter((task) => {
      if (task.completed && !done) return false;
      const text = plain([task.title, task.notes, ...task.labels, findList(task.list_id)?.title ?? ''].join(' '));
      return words.every((word) => text.includes(word));
    })
    .sort((one, other) => Number(one.completed) - Number(other.completed) || (one.updated_at < other.updated_at ? 1 : -1));
}

// As one would type it: without accents, in small letters.
function plain(text) {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
