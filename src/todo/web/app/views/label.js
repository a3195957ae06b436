// The tasks that carry a label, in all lists.
import { icon } from '../icons.js';
import { t, tn } from '../i18n.js';
import { html, useMemo, useState } from '../preact.js';
import { labelAddress, navigate, route } from '../router.js';
import { Offline, request } from '../store/api.js';
import { allTasks, status } from '../store/store.js';
import { QuickAddBar } from '../tasks/quick-add-bar.js';
import { TaskList } from '../tasks/task-list.js';
import { oneLine } from '../text.js';
import { toast } from '../toasts.js';
import { Confirmation, Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';
import { MenuButton } from '../ui/menu-button.js';
import { folded } from '../ui/option-list.js';

const LONGEST = 60;

export function LabelView() {
  const name = route.value.params.label;
  return html`<${OneLabel} key=${name} name=${name} />`;
}

function OneLabel({ name }) {
  const tasks = allTasks();
  const found = useMemo(() => tasks.filter((task) => task.labels.some((label) => isSame(label, name))), [tasks, name]);
  const open = found.filter((task) => !task.completed);
  const done = found.filter((task) => task.completed);
  const sections = [
    { key: 'open', tasks: open },
    done.length > 0 && {
      key: 'done',
      title: tn('{count} completed', '{count} completed', done.length),
      label: t('Completed'),
      tasks: done,
    },
  ].filter(Boolean);
  return html`<div class="view">
    <${Head} name=${name} tasks=${found} />
    <${TaskList} sections=${sections} showList empty=${html`<${Nothing} />`} />
    <${QuickAddBar} listId=${null} fields=${{ labels: [name] }} label=${t('Add a task with this label')} />
  </div>`;
}

function Nothing() {
  if (status.value.loading) return html`<p class="waiting" role="status">${t('Loading…')}</p>`;
  return html`<p class="empty">${t('No task has this label.')}</p>`;
}

function Head({ name, tasks }) {
  const [asked, setAsked] = useState(null);
  const done = () => setAsked(null);
  return html`<header class="view-head">
      <h1 tabindex="-1"><span class="label-mark">${icon('label')}</span><bdi>${name}</bdi></h1>
      ${tasks.length > 0 &&
      html`<${MenuButton}
        label=${t('More for this label')}
        items=${[
          { label: t('Rename'), icon: 'edit', run: () => setAsked('name') },
          null,
          { label: t('Delete the label'), icon: 'trash', danger: true, run: () => setAsked('deletion') },
        ]}
      />`}
    </header>
    ${asked === 'name' && html`<${Renaming} name=${name} onClose=${done} />`}
    ${asked === 'deletion' &&
    html`<${Confirmation}
      title=${t('Delete the label “{name}”?', { name })}
      text=${tn(
        'It is taken off {count} task. The task itself stays.',
        'It is taken off {count} tasks. The tasks themselves stay.',
        tasks.length,
      )}
      action=${t('Delete the label')}
      onConfirm=${() => remove(name).then(done)}
      onClose=${done}
    />`}`;
}

function Renaming({ name, onClose }) {
  const [error, setError] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    const wanted = oneLine(new FormData(event.target).get('name'));
    if (!wanted) return setError(t('A label has a name.'));
    if (wanted === name) return onClose();
    try {
      const reply = await request('PATCH', addressOf(name), { body: { name: wanted } });
      onClose();
      navigate(labelAddress(wanted), { replace: true });
      return tell(t('Renamed the label to “{name}”', { name: wanted }), reply);
    } catch (problem) {
      return setError(wordsOf(problem));
    }
  };
  return html`<${Dialog} title=${t('Rename the label')} onClose=${onClose}>
    <form onSubmit=${submit}>
      <${Field}
        label=${t('Name')}
        name="name"
        autocomplete="off"
        maxlength=${LONGEST}
        required
        autofocus
        defaultValue=${name}
        error=${error}
        hint=${t('If there is a label of this name, the two become one.')}
      />
      <div class="dialog-actions">
        <button type="button" class="button" onClick=${onClose}>${t('Cancel')}</button>
        <button class="button primary">${t('Rename')}</button>
      </div>
    </form>
  <//>`;
}

async function remove(name) {
  try {
    const reply = await request('DELETE', addressOf(name));
    navigate('/today');
    tell(t('Deleted the label “{name}”', { name }), reply);
  } catch (problem) {
    toast(wordsOf(problem));
  }
}

// The service has done it to all lists at once, and can take it back.
function tell(says, { headers }) {
  const operation = headers.get('X-Operation-Id');
  const undo = async () => {
    try {
      await request('POST', `/v1/operations/${operation}/undo`);
    } catch (problem) {
      toast(wordsOf(problem));
    }
  };
  toast(says, operation ? { action: { label: t('Undo'), run: undo } } : {});
}

function addressOf(name) {
  return `/v1/labels/${encodeURIComponent(name)}`;
}

function wordsOf(problem) {
  return problem instanceof Offline ? t('You are offline. Labels can be changed once you are back.') : problem.message;
}

function isSame(one, other) {
  return folded(one) === folded(other);
}
