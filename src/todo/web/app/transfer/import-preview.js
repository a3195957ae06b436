// What is in a file and what would become of it, before anything does.
import { dueText } from '../dates.js';
import { listText } from '../date-words.js';
import { t, tn } from '../i18n.js';
import { now, zone } from '../now.js';
import { html, useEffect, useRef } from '../preact.js';
import { text } from '../problem-words.js';
import { allLists } from '../store/store.js';
import { FormError } from '../ui/form.js';
import { Progress } from './import-progress.js';
import { formatName } from './import-words.js';
import { cancel, look, start } from './importing.js';
import { Mapping } from './mapping.js';
import { ProblemTable } from './problem-table.js';
import { patchRun } from './runs.js';

const MOST_NAMED = 5;

export function ImportPreview({ run }) {
  const { key, preview, isBusy } = run;
  const heading = useRef(null);
  // What was waited for is heard, and the keyboard goes on from there.
  useEffect(() => heading.current.focus(), []);
  const isEmpty = preview.tasks.length === 0;
  const hasErrors = preview.problems.some(({ level }) => level === 'error');
  const isTable = preview.header.length > 0 && ['csv', 'tsv'].includes(preview.format);
  const submit = (event) => {
    event.preventDefault();
    start(key);
  };
  return html`<form class="transfer-preview" onSubmit=${submit} aria-busy=${isBusy ? 'true' : undefined}>
    <p ref=${heading} tabindex="-1" class="transfer-what">
      <strong>${formatName(preview.format)}</strong> · ${tn('{count} row', '{count} rows', preview.rows)}
      ${preview.problem_count > 0 && html` · ${tn('{count} problem', '{count} problems', preview.problem_count)}`}
    </p>
    ${run.isChecking && html`<${Progress} run=${run} />`}
    <${FormError} text=${run.problem && text(run.problem)} />
    ${isEmpty
      ? html`<p>${t('There is no task in it that can be imported.')}</p>`
      : html`<${Target} run=${run} />`}
    ${isTable && html`<${Mapping} run=${run} />`}
    ${!isEmpty && html`<${Tasks} preview=${preview} />`}
    ${preview.problem_count > 0 &&
    html`<section class="transfer-part">
      <h3>${t('What does not go in as it is')}</h3>
      <${ProblemTable} problems=${preview.problems} />
      <${More} shown=${preview.problems.length} all=${preview.problem_count} />
    </section>`}
    ${!isEmpty && html`<${Choices} run=${run} hasErrors=${hasErrors} />`}
    <div class="dialog-actions">
      <button type="button" class="button" onClick=${() => cancel(key)}>${t('Cancel')}</button>
      ${!isEmpty && html`<button class="button primary" aria-disabled=${Boolean(isBusy)}>${t('Import')}</button>`}
    </div>
  </form>`;
}

function Target({ run }) {
  const lists = allLists().filter(({ role }) => role !== 'viewer');
  const titles = run.preview.lists.map(({ title }) => title);
  const named = titles.length > MOST_NAMED ? tn('{count} list', '{count} lists', titles.length) : listText(titles);
  const own = run.listId
    ? t('Into lists of its own')
    : tn('Into a list of its own: {titles}', 'Into lists of its own: {titles}', titles.length, { titles: named });
  return html`<div class="field">
    <label for="import-target">${t('Where it goes')}</label>
    <select id="import-target" onChange=${(event) => look(run.key, { listId: event.target.value || null })}>
      <option value="" selected=${!run.listId}>${own}</option>
      ${lists.map(
        ({ id, title }) => html`<option key=${id} value=${id} selected=${id === run.listId}>${t('Into “{title}”', { title })}</option>`,
      )}
    </select>
  </div>`;
}

function Tasks({ preview: { tasks, rows } }) {
  const when = { now: now.value, timeZone: zone.value };
  return html`<section class="transfer-part">
    <h3>${tasks.length < rows ? tn('The first task', 'The first {count} tasks', tasks.length) : t('The tasks')}</h3>
    <div class="table-box" role="region" tabindex="0" aria-label=${t('Tasks in the file')}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">${t('Title')}</th>
            <th scope="col">${t('List')}</th>
            <th scope="col">${t('Due')}</th>
            <th scope="col">${t('Labels')}</th>
          </tr>
        </thead>
        <tbody>
          ${tasks.map(
            ({ row, list, task }) => html`<tr key=${row}>
              <th scope="row" data-done=${task.completed || undefined}><bdi>${task.title}</bdi></th>
              <td><bdi>${list}</bdi></td>
              <td>${task.due && dueText(task.due, when).text}</td>
              <td>${(task.labels ?? []).join(', ')}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function Choices({ run, hasErrors }) {
  const choose = (name) => (event) => {
    const { [name]: _before, ...rest } = run.choices;
    patchRun(run.key, { sendKey: null, choices: event.target.checked ? { ...rest, [name]: true } : rest });
  };
  return html`<fieldset class="transfer-choices">
    <legend class="hidden">${t('How it goes in')}</legend>
    ${hasErrors &&
    html`<label class="check">
      <input type="checkbox" checked=${Boolean(run.choices.all_or_nothing)} onChange=${choose('all_or_nothing')} />
      <span>${t('Import nothing unless every row can go in')}</span>
    </label>`}
    <label class="check">
      <input type="checkbox" checked=${Boolean(run.choices.again)} onChange=${choose('again')} />
      <span>${t('Import once more what was imported before')}</span>
    </label>
  </fieldset>`;
}

function More({ shown, all }) {
  if (shown >= all) return null;
  return html`<p class="muted">${tn('And {count} more.', 'And {count} more.', all - shown)}</p>`;
}
