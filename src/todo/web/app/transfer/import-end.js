// What became of an import: what is there now, what is not, and the way back.
import { t } from '../i18n.js';
import { usePaged } from '../paged.js';
import { html, useEffect, useRef } from '../preact.js';
import { text } from '../problem-words.js';
import { navigate } from '../router.js';
import { allLists } from '../store/store.js';
import { FormError } from '../ui/form.js';
import { endWords } from './import-words.js';
import { takeBack } from './importing.js';
import { ProblemTable } from './problem-table.js';

export function ImportEnd({ run }) {
  const made = run.import;
  const heading = useRef(null);
  useEffect(() => heading.current.focus(), []);
  const list = listOf(run);
  const show = (event) => {
    event.target.closest('dialog').close();
    navigate(`/lists/${list.id}`);
  };
  return html`<p ref=${heading} tabindex="-1" class="transfer-what"><strong>${endWords(made)}</strong></p>
    ${made.error && html`<p class="notice" data-kind="warning">${made.error}</p>`}
    <${FormError} text=${run.problem && text(run.problem)} />
    ${run.isUndone && html`<p role="status">${t('All of it was taken back.')}</p>`}
    ${made.problem_count > 0 && html`<${Problems} address=${`${made.url}/problems`} />`}
    <div class="dialog-actions">
      ${made.tasks > 0 &&
      !run.isUndone &&
      html`<button type="button" class="button" aria-disabled=${Boolean(run.isBusy)} onClick=${() => run.isBusy || takeBack(run.key)}>
        ${t('Undo the import')}
      </button>`}
      ${list && !run.isUndone && html`<button type="button" class="button primary" onClick=${show}>${t('Show the list')}</button>`}
      ${(!list || run.isUndone) &&
      html`<button type="button" class="button" onClick=${(event) => event.target.closest('dialog').close()}>${t('Close')}</button>`}
    </div>`;
}

function Problems({ address }) {
  const { items, isLoading, error, hasMore, more } = usePaged(address);
  return html`<section class="transfer-part" aria-busy=${isLoading ? 'true' : undefined}>
    <h3>${t('What did not go in as it was')}</h3>
    ${error && html`<p class="form-error" role="alert">${text(error)}</p>`}
    ${items.length > 0 && html`<${ProblemTable} problems=${items} />`}
    ${hasMore && html`<button type="button" class="button" onClick=${more}>${t('Show more')}</button>`}
  </section>`;
}

// The one that it went into; else the first that it made, or that is called as one of the file's.
function listOf(run) {
  const lists = allLists();
  const into = run.listId ?? run.import.list_id;
  if (into) return lists.find(({ id }) => id === into);
  if (!run.import.tasks && !run.import.unchanged) return undefined;
  const titles = new Set((run.preview?.lists ?? []).map(({ title }) => title));
  const before = new Set(run.listsBefore ?? lists.map(({ id }) => id));
  return lists.find(({ id, title }) => !before.has(id) && (!titles.size || titles.has(title))) ?? lists.find(({ title }) => titles.has(title));
}
