// What became of an import: what is there now, what is not, and the way back.
import { t, tn } from '../i18n.js';
import { usePaged } from '../paged.js';
import { html, useEffect, useRef } from '../preact.js';
import { text } from '../problem-words.js';
import { navigate } from '../router.js';
import { findList } from '../store/store.js';
import { FormError } from '../ui/form.js';
import { endWords } from './import-words.js';
import { takeBack } from './importing.js';
import { ProblemTable } from './problem-table.js';

export function ImportEnd({ run }) {
  const made = run.import;
  const heading = useRef(null);
  useEffect(() => heading.current.focus(), []);
  // Those that have come to this page by now.
  const lists = run.isUndone ? [] : (made.lists ?? []).filter(({ id }) => findList(id));
  return html`<p ref=${heading} tabindex="-1" class="transfer-what"><strong>${endWords(made)}</strong></p>
    ${made.error && html`<p class="notice" data-kind="warning">${made.error}</p>`}
    <${FormError} text=${run.problem && text(run.problem)} />
    ${run.isUndone && html`<p role="status">${t('All of it was taken back.')}</p>`}
    ${lists.length > 1 && html`<${Lists} lists=${lists} />`}
    ${made.problem_count > 0 && html`<${Problems} address=${`${made.url}/problems`} />`}
    <div class="dialog-actions">
      ${made.tasks > 0 &&
      !run.isUndone &&
      html`<button type="button" class="button" aria-disabled=${Boolean(run.isBusy)} onClick=${() => run.isBusy || takeBack(run.key)}>
        ${t('Undo the import')}
      </button>`}
      ${lists.length === 1
        ? html`<button type="button" class="button primary" onClick=${showing(lists[0])}>${t('Show the list')}</button>`
        : html`<button type="button" class="button" onClick=${(event) => event.target.closest('dialog').close()}>${t('Close')}</button>`}
    </div>`;
}

function Lists({ lists }) {
  return html`<section class="transfer-part">
    <h3>${t('Where it went')}</h3>
    <ul class="bullets">
      ${lists.map(
        (list) => html`<li key=${list.id}>
          <button type="button" class="link-button" onClick=${showing(list)}><bdi>${list.title}</bdi></button>
          ${list.tasks > 0 && html` · ${tn('{count} task', '{count} tasks', list.tasks)}`}
        </li>`,
      )}
    </ul>
  </section>`;
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

function showing({ id }) {
  return (event) => {
    event.target.closest('dialog').close();
    navigate(`/lists/${id}`);
  };
}
