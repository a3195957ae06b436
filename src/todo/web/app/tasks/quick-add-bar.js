// One line that becomes a task on Enter, with what was understood of it below.
import { dueText } from '../dates.js';
import { icon } from '../icons.js';
import { language, t, tn } from '../i18n.js';
import { now, zone } from '../now.js';
import { html, useEffect, useRef, useState } from '../preact.js';
import { quickAddWords } from '../generated/quick-add-words.js';
import { parseQuickAdd } from '../quick-add.js';
import { recurrenceText } from '../recurrence-words.js';
import { useShortcuts } from '../shortcuts.js';
import { allLists, findList } from '../store/store.js';
import { announce } from '../announce.js';
import { addTask, priorityRank } from './task-actions.js';

const MOST_TITLE = 500;
const MOST_LINES = 500;

/** `listId` is where a task goes whose line names no list; `fields` are what each task has besides. */
export function QuickAddBar({ listId, fields = {}, label = t('Add a task'), onAdded = () => {} }) {
  const [line, setLine] = useState('');
  const input = useRef(null);
  useShortcuts({ q: () => input.current.focus() });
  useEffect(() => {
    // A keyboard is there where there is a fine pointer; on a phone it would cover half of the list.
    if (matchMedia('(pointer: fine)').matches && document.activeElement === document.body) input.current.focus();
  }, [listId]);
  const understood = line.trim() ? understand(line) : null;
  const target = listId ?? allLists().find((list) => list.role !== 'viewer')?.id;
  const submit = (event) => {
    event.preventDefault();
    if (!understood?.title || !(understood.list?.id ?? target)) return;
    const id = addTask(understood.list?.id ?? target, taskOf(understood, fields));
    announce(t('Added “{title}”', { title: understood.title }));
    setLine('');
    onAdded(id);
  };
  const paste = (event) => {
    // Several lines are several tasks.
    const lines = event.clipboardData.getData('text').split(/\r?\n/).filter((each) => each.trim());
    if (lines.length < 2 || lines.length > MOST_LINES) return;
    event.preventDefault();
    for (const each of lines) {
      const read = understand(each);
      addTask(read.list?.id ?? target, taskOf(read, fields));
    }
    announce(tn('Added {count} task', 'Added {count} tasks', lines.length));
  };
  return html`<form class="quick-add" onSubmit=${submit}>
    <div class="quick-add-line">
      ${icon('add')}
      <input
        ref=${input}
        class="quick-add-input"
        name="task"
        maxlength="2000"
        autocomplete="off"
        enterkeyhint="done"
        aria-label=${label}
        aria-describedby="quick-add-preview"
        placeholder=${t('Add a task: Pay rent tomorrow 9am #home !1 every month')}
        value=${line}
        onInput=${(event) => setLine(event.target.value)}
        onPaste=${paste}
        onKeyDown=${(event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          if (line) setLine('');
          else input.current.blur();
        }}
      />
      ${line.trim() && html`<button type="submit" class="button primary">${t('Add')}</button>`}
    </div>
    <${Preview} understood=${understood} />
  </form>`;
}

// The fields of the API, of what was understood and of what each task here has.
function taskOf({ title, due, labels, priority }, fields) {
  return {
    ...fields,
    title: title.slice(0, MOST_TITLE),
    ...(due ? { due } : {}),
    ...(labels.length ? { labels: [...new Set([...(fields.labels ?? []), ...labels])] } : {}),
    ...(priority ? { priority } : {}),
  };
}

function understand(line) {
  return parseQuickAdd(line, {
    words: quickAddWords,
    language,
    now: new Date(now.peek()),
    timeZone: zone.peek(),
    lists: allLists().filter((list) => list.role !== 'viewer'),
  });
}

function Preview({ understood }) {
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
