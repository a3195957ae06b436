// One line that becomes a task on Enter, with what was understood of it below.
import { announce } from '../announce.js';
import { icon } from '../icons.js';
import { t, tn } from '../i18n.js';
import { Later, load, parts } from '../later.js';
import { html, useEffect, useRef, useState } from '../preact.js';
import { useShortcuts } from '../shortcuts.js';
import { allLists, status } from '../store/store.js';
import { addTask, addTasks } from './task-actions.js';

const MOST_TITLE = 500;
const MOST_LINES = 500;

/** `listId` is where a task goes whose line names no list; `fields` are what each task has besides;
 * `onLeave` is called by Escape in an empty line. */
export function QuickAddBar({ listId, fields = {}, label = t('Add a task'), onAdded = () => {}, onLeave = null }) {
  const [line, setLine] = useState('');
  const input = useRef(null);
  useShortcuts({ q: () => input.current.focus() });
  useEffect(() => {
    // A keyboard is there where there is a fine pointer; on a phone it would cover half of the list.
    if (matchMedia('(pointer: fine)').matches && document.activeElement === document.body) input.current.focus();
  }, [listId]);
  const understood = line.trim() && parts.value.understand ? read(line) : null;
  const target = listId ?? allLists().find((list) => list.role !== 'viewer')?.id;
  const add = async () => {
    if (!line.trim()) return;
    setLine('');
    // Whoever is quicker than the page is understood all the same.
    if (!parts.value.understand) await load();
    const { list, ...task } = read(line);
    const id = addTask(list?.id ?? target, taskOf(task, fields));
    announce(t('Added “{title}”', { title: task.title }));
    onAdded(id);
  };
  // Before it is known which lists there are, none is made: the line waits for that, if it is left as it is.
  const isEarly = !target && status.value.loading;
  const waiting = useRef(null);
  const submit = (event) => {
    event.preventDefault();
    if (isEarly) waiting.current = line;
    else add();
  };
  useEffect(() => {
    if (isEarly) return;
    if (waiting.current === line) add();
    waiting.current = null;
  }, [isEarly]);
  // To the tasks, where the keys do other things than to write.
  const leave = () => {
    if (onLeave) onLeave();
    else (document.querySelector('.task-check[tabindex="0"]') ?? document.querySelector('main h1')).focus();
  };
  const paste = (event) => {
    // Several lines are several tasks.
    const lines = event.clipboardData.getData('text').split(/\r?\n/).filter((each) => each.trim());
    if (lines.length < 2 || lines.length > MOST_LINES || isEarly) return;
    event.preventDefault();
    addTasks(
      lines.map(read).map(({ list, ...task }) => ({ listId: list?.id ?? target, fields: taskOf(task, fields) })),
    );
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
          else if (!event.defaultPrevented) leave();
        }}
      />
      ${line.trim() && html`<button type="submit" class="button primary">${t('Add')}</button>`}
    </div>
    <${Later} part="QuickAddPreview" understood=${understood} />
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

function read(line) {
  if (!parts.value.understand) return { title: line.trim(), due: null, labels: [], priority: 0, list: null };
  return parts.value.understand(line, allLists().filter((list) => list.role !== 'viewer'));
}
