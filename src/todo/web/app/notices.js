// What a person has to decide or to know: changes that met others' changes, and changes that were refused.
import { fieldName, fieldValue } from './field-words.js';
import { icon } from './icons.js';
import { t, tn } from './i18n.js';
import { html } from './preact.js';
import { text } from './problem-words.js';
import { conflicts, dismissRefusal, findList, findTask, refusals, resolveConflict, status } from './store/store.js';
import { ImportStatus } from './transfer/import-status.js';

export function Notices() {
  const { storage, clockOff, connection, pending, left } = status.value;
  const wrongBy = Math.round(Math.abs(clockOff) / 60);
  return html`<div class="notices">
    ${storage !== 'ok' &&
    html`<p class="notice" role="status">
      ${icon('warning')}
      <span>${storage === 'full' ? t('This device is full: what you do is kept only until you close this tab.') : t('This browser lets nothing be kept: what you do offline is lost when you close this tab.')}</span>
    </p>`}
    ${wrongBy >= 5 &&
    html`<p class="notice" role="status">
      ${icon('warning')}
      <span>${tn('The clock of this device is {count} minute off. Dates are shown by the clock of the service.', 'The clock of this device is {count} minutes off. Dates are shown by the clock of the service.', wrongBy)}</span>
    </p>`}
    ${connection === 'offline' &&
    pending > 0 &&
    html`<p class="notice" role="status">
      ${icon('offline')}
      <span>${tn('You are offline. {count} change is sent when you are back.', 'You are offline. {count} changes are sent when you are back.', pending)}</span>
    </p>`}
    ${left.map(
      ({ name, account, pending: unsent }) => html`<p key=${name} class="notice" role="status">
        ${icon('person')}
        <span>
          ${tn(
            '{name} left {count} change on this device that was not sent. It is sent when {name} logs in here.',
            '{name} left {count} changes on this device that were not sent. They are sent when {name} logs in here.',
            unsent,
            { name: account?.name || account?.email || t('Somebody') },
          )}
        </span>
      </p>`,
    )}
    <${ImportStatus} />
    ${conflicts.value.map((conflict) => html`<${Conflict} key=${conflict.id} conflict=${conflict} />`)}
    ${refusals.value.map((refusal) => html`<${Refusal} key=${refusal.id} refusal=${refusal} />`)}
  </div>`;
}

function Conflict({ conflict }) {
  const { id, taskId, listId, changes, by } = conflict;
  const thing = taskId ? findTask(taskId) : findList(listId);
  const title = thing?.title ?? '';
  const name = by || t('Somebody');
  return html`<section class="notice conflict" role="group" aria-label=${t('A conflict')}>
    <p>${icon('warning')}<span>${t('{name} changed “{title}” while you did.', { name, title })}</span></p>
    <dl>
      ${Object.entries(changes).map(
        ([field, { mine, theirs }]) => html`<div key=${field}>
          <dt>${fieldName(field)}</dt>
          <dd><span class="muted">${t('Yours')}</span> <bdi>${fieldValue(field, mine, thing?.list_id)}</bdi></dd>
          <dd><span class="muted">${t('Theirs')}</span> <bdi>${fieldValue(field, theirs, thing?.list_id)}</bdi></dd>
        </div>`,
      )}
    </dl>
    <p class="notice-actions">
      <button type="button" class="button" onClick=${() => resolveConflict(id, 'mine')}>${t('Keep mine')}</button>
      <button type="button" class="button" onClick=${() => resolveConflict(id, 'theirs')}>${t('Keep theirs')}</button>
    </p>
  </section>`;
}

function Refusal({ refusal }) {
  const { id, says, problem } = refusal;
  return html`<p class="notice" role="alert">
    ${icon('warning')}
    <span>${t('This could not be done: {what}', { what: says })} ${text(problem)}</span>
    <button type="button" class="icon-button" aria-label=${t('Dismiss')} onClick=${() => dismissRefusal(id)}>
      ${icon('close')}
    </button>
  </p>`;
}
