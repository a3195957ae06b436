// Exporting: as what, everything or one list, and what that leaves out.
import { t, tn } from '../i18n.js';
import { html, useEffect, useRef, useState } from '../preact.js';
import { text } from '../problem-words.js';
import { request } from '../store/api.js';
import { allLists } from '../store/store.js';
import { Dialog } from '../ui/dialog.js';
import { FormError } from '../ui/form.js';
import { download } from './download.js';
import { LossTable } from './loss-table.js';

/** `listId` is what is asked for first, null for everything. */
export function ExportDialog({ listId, format: wanted, onClose }) {
  const [format, setFormat] = useState(wanted);
  const [list, setList] = useState(listId);
  const [state, setState] = useState({});
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const query = new URLSearchParams({ format, ...(list ? { list } : {}) });
  const change = (set) => (event) => {
    set(event.target.value || null);
    setState({});
  };
  const run = async (work) => {
    if (state.isBusy) return;
    setState({ isBusy: true });
    try {
      setState(await work());
    } catch (problem) {
      if (!stop.current.signal.aborted) setState({ problem });
    }
  };
  const submit = (event) => {
    event.preventDefault();
    run(async () => {
      const { signal } = stop.current;
      const files = await download(query, { signal, onWait: (waited) => setState({ isBusy: true, waited }) });
      return { files, isDone: true };
    });
  };
  const lookAtLosses = () =>
    run(async () => ({ losses: (await request('GET', `/v1/export?${query}&dry_run=true`, { seconds: 120 })).body }));
  return html`<${Dialog} title=${t('Export')} onClose=${onClose}>
    <form class="transfer" onSubmit=${submit} aria-busy=${state.isBusy ? 'true' : undefined}>
      <div class="field">
        <label for="export-list">${t('What')}</label>
        <select id="export-list" onChange=${change(setList)}>
          <option value="" selected=${!list}>${t('Everything')}</option>
          ${allLists().map(
            ({ id, title }) => html`<option key=${id} value=${id} selected=${id === list}>${t('The list “{title}”', { title })}</option>`,
          )}
        </select>
      </div>
      <fieldset class="choices transfer-formats">
        <legend class="label-text">${t('As')}</legend>
        ${formats().map(
          ({ value, name, keeps }) => html`<label class="check" key=${value}>
            <input type="radio" name="format" value=${value} checked=${value === format} onChange=${change(setFormat)} />
            <span><strong>${name}</strong><br /><span class="muted">${keeps}</span></span>
          </label>`,
        )}
      </fieldset>
      ${!state.losses &&
      html`<p><button type="button" class="link-button" onClick=${lookAtLosses}>${t('Look what it leaves out')}</button></p>`}
      ${state.losses && html`<${Losses} preview=${state.losses} />`}
      <${FormError} text=${state.problem && text(state.problem)} />
      <p role="status">${statusWords(state)}</p>
      ${state.files?.length > 1 &&
      html`<ul class="bullets">
        ${state.files.map(({ url, name }) => html`<li key=${url}><a href=${url} download=${name}>${name}</a></li>`)}
      </ul>`}
      <div class="dialog-actions">
        <button type="button" class="button" onClick=${(event) => event.target.closest('dialog').close()}>
          ${state.isDone ? t('Close') : t('Cancel')}
        </button>
        <button class="button primary" aria-disabled=${Boolean(state.isBusy)}>${t('Download')}</button>
      </div>
    </form>
  <//>`;
}

function Losses({ preview }) {
  const lists = tn('{count} list', '{count} lists', preview.lists);
  const tasks = tn('{count} task', '{count} tasks', preview.tasks);
  return html`<section class="transfer-part" aria-live="polite">
    <p>${t('{lists}, {tasks}', { lists, tasks })}</p>
    ${preview.loss_count === 0
      ? html`<p>${t('It leaves nothing out.')}</p>`
      : html`<p>${tn('It leaves out {count} thing:', 'It leaves out {count} things:', preview.loss_count)}</p>
          <${LossTable} losses=${preview.losses} />`}
  </section>`;
}

function statusWords({ waited, isDone, isBusy, files }) {
  if (isDone) return files?.length > 1 ? t('It was written to several files:') : t('The download began.');
  if (!isBusy) return '';
  if (!waited) return t('Preparing…');
  return tn('Being written: {count} task so far', 'Being written: {count} tasks so far', waited.tasks);
}

function formats() {
  return [
    { value: 'json', name: t('JSON'), keeps: t('Keeps everything, and comes back as it was.') },
    { value: 'archive', name: t('Archive (ZIP)'), keeps: t('Everything as JSON, and each list as a table, for the shelf.') },
    { value: 'csv', name: t('Table (CSV)'), keeps: t('For spreadsheets: all fields of the tasks, without members and activity.') },
    { value: 'tsv', name: t('Table (TSV)'), keeps: t('The same, divided by tabs, as one copies it from a spreadsheet.') },
    { value: 'ics', name: t('Calendar (iCalendar)'), keeps: t('For calendar programs: tasks with their dues, repetitions and labels.') },
    { value: 'todoist', name: t('Todoist template'), keeps: t('For Todoist: titles, notes, labels, dues and subtasks.') },
  ];
}
