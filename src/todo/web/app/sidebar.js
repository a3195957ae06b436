// The way to every view: the days, the lists, the labels, and what is seldom needed.
import { announce } from './announce.js';
import { icon } from './icons.js';
import { t } from './i18n.js';
import { parts } from './later.js';
import { PersonFoot } from './person-foot.js';
import { html, useEffect, useRef, useState } from './preact.js';
import { labelAddress, navigate, route } from './router.js';
import { act, allLabels, allLists, newId, session, status, tasksIn } from './store/store.js';
import { dragging } from './tasks/dragging.js';
import { orderBetween } from './tasks/outline.js';

export function Sidebar() {
  const who = session.value;
  return html`<nav id="sidebar" class="sidebar" aria-label=${t('Views and lists')}>
    <div class="sidebar-head">
      <a class="sidebar-home" href=${who.kind === 'person' ? '/today' : `/lists/${who.listId}`}>${icon('check')}<span>To-do</span></a>
      <${Connection} />
    </div>
    ${who.kind === 'person' &&
    html`<ul class="nav">
      <${Way} address="/today" name="today" drawing="sun" label=${t('Today')} />
      <${Way} address="/upcoming" name="upcoming" drawing="calendar" label=${t('Upcoming')} />
      <${Way} address="/search" name="search" drawing="search" label=${t('Search')} />
    </ul>`}
    <${Lists} canAdd=${who.kind === 'person'} />
    <${Labels} />
    ${who.kind === 'person' &&
    html`<ul class="nav nav-last">
      <${Way} address="/trash" name="trash" drawing="trash" label=${t('Trash')} />
      <${Way} address="/activity" name="activity" drawing="activity" label=${t('Activity')} />
    </ul>`}
    <${PersonFoot} />
  </nav>`;
}

function Way({ address, name, drawing, label }) {
  return html`<li>
    <a class="nav-way" href=${address} aria-current=${route.value.name === name ? 'page' : undefined}>
      ${icon(drawing)}<span>${label}</span>
    </a>
  </li>`;
}

function Lists({ canAdd }) {
  const [isAdding, setAdding] = useState(false);
  const box = useRef(null);
  const lists = allLists();
  const drag = dragging.value;
  const put = (list, index) => {
    const rest = lists.filter((each) => each !== list);
    const order = orderBetween(rest[index - 1], rest[index]);
    if (order === list.order || list.role === 'viewer') return;
    act({ says: t('Moved the list “{title}”', { title: list.title }), operations: [{ do: 'update_list', id: list.id, changes: { order } }] });
    announce(t('Moved to position {place}', { place: index + 1 }));
  };
  const press = (event, list) => {
    if (!canAdd || list.role === 'viewer') return;
    parts.peek().beginDrag?.(event, {
      ids: new Set([list.id]),
      depth: 0,
      rowsElement: box.current,
      drop: ({ index }) => index >= 0 && put(list, index),
    });
  };
  const onKeyDown = (event, list) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.altKey) return;
    event.preventDefault();
    const index = lists.indexOf(list) + step;
    if (index >= 0 && index < lists.length) put(list, index);
  };
  return html`<section class="nav-group">
    <h2>${t('Lists')}
      ${canAdd &&
      html`<button type="button" class="icon-button small" aria-label=${t('Add a list')} onClick=${() => setAdding(true)}>
        ${icon('add')}
      </button>`}
    </h2>
    <ul class="nav" ref=${box}>
      ${lists.map(
        (list) => html`<${ListWay}
          key=${list.id}
          list=${list}
          isBelowDrop=${drag?.rows === box.current && drag.before === list.id}
          onPress=${(event) => press(event, list)}
          onKeyDown=${(event) => onKeyDown(event, list)}
        />`,
      )}
    </ul>
    ${isAdding && html`<${NewList} onDone=${() => setAdding(false)} />`}
  </section>`;
}

function ListWay({ list, isBelowDrop, onPress, onKeyDown }) {
  const open = tasksIn(list.id).filter((task) => !task.completed).length;
  const isHere = route.value.name === 'list' && route.value.params.list === list.id;
  return html`<li
    data-id=${list.id}
    data-drop-list=${list.role === 'viewer' ? undefined : list.id}
    data-below-drop=${isBelowDrop || undefined}
    data-handle
    onPointerDown=${onPress}
    onKeyDown=${onKeyDown}
  >
    <a class="nav-way" draggable="false" href=${`/lists/${list.id}`} aria-current=${isHere ? 'page' : undefined}>
      ${icon(list.members.length > 1 ? 'people' : 'list')}<bdi class="nav-title">${list.title}</bdi>
      ${open > 0 && html`<span class="nav-count">${open}</span>`}
    </a>
  </li>`;
}

function NewList({ onDone }) {
  const submit = (event) => {
    event.preventDefault();
    const title = new FormData(event.target).get('title').trim();
    if (!title) return onDone();
    const id = newId();
    act({ says: t('Added the list “{title}”', { title }), operations: [{ do: 'create_list', list: { id, title } }] });
    onDone();
    return navigate(`/lists/${id}`);
  };
  return html`<form class="new-list" onSubmit=${submit}>
    <input
      name="title"
      autofocus
      maxlength="200"
      aria-label=${t('Title of the new list')}
      placeholder=${t('New list')}
      ref=${(input) => input?.focus()}
      onKeyDown=${(event) => event.key === 'Escape' && onDone()}
      onBlur=${(event) => event.target.form.requestSubmit()}
    />
  </form>`;
}

function Labels() {
  const labels = allLabels();
  if (!labels.length) return null;
  return html`<section class="nav-group">
    <h2>${t('Labels')}</h2>
    <ul class="nav">
      ${labels.map(({ name, count }) => {
        const isHere = route.value.name === 'label' && route.value.params.label === name;
        return html`<li key=${name}>
          <a class="nav-way" href=${labelAddress(name)} aria-current=${isHere ? 'page' : undefined}>
            ${icon('label')}<bdi class="nav-title">${name}</bdi><span class="nav-count">${count}</span>
          </a>
        </li>`;
      })}
    </ul>
  </section>`;
}

// What is over at once is not worth a word.
const PATIENCE_MS = 1500;

function Connection() {
  const { connection, pending } = status.value;
  const state = connection === 'offline' ? 'offline' : pending ? 'saving' : connection;
  const [shown, setShown] = useState('live');
  useEffect(() => {
    if (state === 'live') setShown('live');
    const later = setTimeout(() => setShown(state), PATIENCE_MS);
    return () => clearTimeout(later);
  }, [state]);
  if (shown === 'live') return null;
  const text = { offline: t('Offline'), saving: t('Saving…'), connecting: t('Connecting…') }[shown];
  return html`<span class="connection" role="status" data-state=${shown}>
    ${shown === 'offline' && icon('offline')}${text}
  </span>`;
}
