// A list: its tasks, what is done of it, and one line for the next task.
import { icon } from '../icons.js';
import { t, tn } from '../i18n.js';
import { Later, doLater } from '../later.js';
import { html, useEffect, useRef, useState } from '../preact.js';
import { addressWith, navigate, route } from '../router.js';
import { act, findList, session, status, tasksIn, watch } from '../store/store.js';
import { QuickAddBar } from '../tasks/quick-add-bar.js';
import { canEdit, discard, doing, setCompleted } from '../tasks/task-actions.js';
import { TaskList } from '../tasks/task-list.js';
import { MenuButton } from '../ui/menu-button.js';

const SHOWN = ['all', 'active', 'completed'];

export function ListView() {
  const id = route.value.params.list;
  const list = findList(id);
  useEffect(() => watch(id), [id]);
  if (!list) {
    return status.value.loading ? html`<p class="waiting" role="status">${t('Loading…')}</p>` : html`<${NoSuchList} />`;
  }
  return html`<${OneList} key=${id} list=${list} />`;
}

function OneList({ list }) {
  const all = tasksIn(list.id);
  const show = SHOWN.includes(route.value.query.show) ? route.value.query.show : 'all';
  const isMine = canEdit(list.id);
  const open = all.filter((task) => !task.completed);
  const done = all.filter((task) => task.completed);
  const toggled = all.filter((task) => !task.due?.recurrence);
  const areAllDone = all.length > 0 && open.length === 0;
  return html`<div class="view">
    <${Head} list=${list} />
    ${all.length > 0 &&
    html`<div class="list-tools">
      ${isMine &&
      html`<label class="toggle-all">
        <input
          type="checkbox"
          checked=${areAllDone}
          onChange=${(event) => setCompleted(toggled.filter((task) => task.completed !== event.target.checked), event.target.checked)}
        />
        <span>${t('Complete all')}</span>
      </label>`}
      <p class="todo-count" role="status"><strong>${open.length}</strong> ${tn('task left', 'tasks left', open.length)}</p>
      <nav class="segments" aria-label=${t('Which tasks')}>
        <${Segment} label=${t('All')} show="all" now=${show} />
        <${Segment} label=${t('Active')} show="active" now=${show} />
        <${Segment} label=${t('Completed')} show="completed" now=${show} />
      </nav>
      ${isMine &&
      done.length > 0 &&
      html`<button type="button" class="link-button clear-completed" onClick=${() => discard(done)}>
        ${t('Clear completed')}
      </button>`}
    </div>`}
    <${TaskList}
      isOutline
      sections=${sectionsOf(all, open, done, show)}
      empty=${html`<p class="empty">${all.length ? t('Nothing to show here.') : t('Nothing to do yet. Add the first task below.')}</p>`}
    />
    ${isMine && html`<${QuickAddBar} listId=${list.id} onAdded=${scrollTo} />`}
  </div>`;
}

// What is done lies at the end, but for what is done of something that is not.
function sectionsOf(all, open, done, show) {
  if (show === 'active') return [{ key: 'open', tasks: open }];
  if (show === 'completed') return [{ key: 'done', tasks: done }];
  const byId = new Map(all.map((task) => [task.id, task]));
  const isOver = (task) => {
    for (let each = task; each; each = byId.get(each.parent_id)) if (!each.completed) return false;
    return true;
  };
  const over = all.filter(isOver);
  const gone = new Set(over);
  const sections = [{ key: 'open', tasks: all.filter((task) => !gone.has(task)) }];
  if (over.length) {
    sections.push({ key: 'done', title: tn('{count} completed', '{count} completed', over.length), label: t('Completed'), tasks: over });
  }
  return sections;
}

function Segment({ label, show, now }) {
  return html`<a
    class="segment"
    href=${addressWith({ show: show === 'all' ? null : show })}
    aria-current=${show === now ? 'true' : undefined}
    >${label}</a
  >`;
}

function Head({ list }) {
  const [isEditing, setEditing] = useState(false);
  const [isSharing, setSharing] = useState(false);
  const isMine = canEdit(list.id);
  const isPerson = session.value.kind === 'person';
  const isOwner = list.role === 'owner' && isPerson;
  const input = useRef(null);
  useEffect(() => {
    if (isEditing) input.current.select();
  }, [isEditing]);
  const save = () => {
    const title = input.current.value.trim();
    setEditing(false);
    if (title && title !== list.title) {
      act({ says: t('Renamed the list'), operations: [{ do: 'update_list', id: list.id, changes: { title } }] });
    }
  };
  const remove = () => {
    navigate('/today');
    doing(t('Moved the list “{title}” to the trash', { title: list.title }), [{ do: 'delete_list', id: list.id }]);
  };
  return html`<header class="view-head">
    ${isEditing
      ? html`<input
          ref=${input}
          class="title-edit"
          aria-label=${t('Title of the list')}
          maxlength="200"
          defaultValue=${list.title}
          onBlur=${save}
          onKeyDown=${(event) => {
            if (event.key === 'Enter') input.current.blur();
            if (event.key === 'Escape') {
              input.current.value = list.title;
              input.current.blur();
            }
          }}
        />`
      : html`<h1 tabindex="-1" onDblClick=${() => isMine && setEditing(true)}><bdi>${list.title}</bdi></h1>`}
    <${Later} part="Presence" listId=${list.id} />
    ${session.value.kind === 'person' &&
    html`<button type="button" class="button" onClick=${() => setSharing(true)}>
      ${icon(list.members.length > 1 ? 'people' : 'share')}<span>${t('Share')}</span>
    </button>`}
    ${isSharing && html`<${Later} part="ShareDialog" listId=${list.id} onClose=${() => setSharing(false)} />`}
    <${MenuButton}
      label=${t('More for this list')}
      items=${[
        isMine && { label: t('Rename'), icon: 'edit', run: () => setEditing(true) },
        { label: t('Activity'), icon: 'activity', run: () => navigate(`/activity?list=${list.id}`) },
        isPerson && { label: t('Export…'), icon: 'leave', run: () => doLater('openExport', list.id) },
        isPerson && { label: t('Calendar address…'), icon: 'calendar', run: () => doLater('openFeeds', list.id) },
        isOwner && null,
        isOwner && { label: t('Move to the trash'), icon: 'trash', danger: true, run: remove },
      ]}
    />
  </header>`;
}

function NoSuchList() {
  return html`<div class="view">
    <h1 tabindex="-1">${t('There is no such list')}</h1>
    <p>${t('It may have been deleted, or is not shared with you any more.')} <a href="/today">${t('Go to Today')}</a></p>
  </div>`;
}

function scrollTo(id) {
  requestAnimationFrame(() => document.getElementById(`task-${id}`)?.scrollIntoView({ block: 'nearest' }));
}
