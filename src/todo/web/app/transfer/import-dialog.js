// Importing a file: what is in it, then how far it is, then what became of it.
import { t, tn } from '../i18n.js';
import { html, useEffect, useRef } from '../preact.js';
import { text } from '../problem-words.js';
import { status } from '../store/store.js';
import { Dialog } from '../ui/dialog.js';
import { FormError } from '../ui/form.js';
import { ImportEnd } from './import-end.js';
import { ImportPreview } from './import-preview.js';
import { Progress } from './import-progress.js';
import { cancel, close, look, passOn, resume } from './importing.js';
import { findRun, runs, shownKey } from './runs.js';

const STAGES = {
  queued: Looking,
  looking: Looking,
  preview: ImportPreview,
  working: Working,
  ended: ImportEnd,
  refused: Refused,
  lost: Lost,
};

export function ImportDialog() {
  const run = findRun(shownKey.value);
  if (!run) return null;
  const Stage = STAGES[run.stage];
  const waiting = runs.value.filter(({ stage }) => stage === 'queued').length;
  return html`<${Dialog} key=${run.key} kind="wide" title=${t('Import “{name}”', { name: run.name })} onClose=${() => close(run.key)}>
    <div class="transfer" data-stage=${run.stage}>
      ${status.value.connection === 'offline' &&
      html`<p class="notice" data-kind="warning" role="status">${t('You are offline. This needs a network, and goes on when there is one.')}</p>`}
      <${Stage} key=${run.stage} run=${run} />
      ${waiting > 0 &&
      html`<p class="transfer-next">
        <span>${tn('{count} more file waits.', '{count} more files wait.', waiting)}</span>
        <button type="button" class="button" onClick=${() => passOn(run.key)}>
          ${run.stage === 'preview' || run.stage === 'refused' ? t('Skip this file') : t('Next file')}
        </button>
      </p>`}
    </div>
  <//>`;
}

function Looking({ run }) {
  return html`${run.import ? html`<${Progress} run=${run} />` : html`<p role="status">${t('Looking at the file…')}</p>`}
    <div class="dialog-actions">
      <button type="button" class="button" onClick=${() => cancel(run.key)}>${t('Cancel')}</button>
    </div>`;
}

function Working({ run }) {
  const first = useRef(null);
  useEffect(() => first.current?.focus(), []);
  return html`<${Progress} run=${run} />
    <p class="muted">${t('It goes on when you close this, and when you leave the page.')}</p>
    <div class="dialog-actions">
      <button type="button" class="button danger" onClick=${() => cancel(run.key)}>${t('Cancel the import')}</button>
      <button ref=${first} type="button" class="button" onClick=${(event) => event.target.closest('dialog').close()}>
        ${t('Close')}
      </button>
    </div>`;
}

function Refused({ run }) {
  const box = useRef(null);
  useEffect(() => box.current.querySelector('.form-error').focus(), []);
  return html`<div ref=${box}><${FormError} text=${text(run.problem)} /></div>
    <div class="dialog-actions">
      <button type="button" class="button" onClick=${(event) => event.target.closest('dialog').close()}>${t('Close')}</button>
      <button type="button" class="button primary" onClick=${() => look(run.key)}>${t('Try again')}</button>
    </div>`;
}

function Lost({ run }) {
  return html`<p>${t('The page was left while this file was being sent. Choose the file again, and the rest of it is sent.')}</p>
    <${FormError} text=${run.problem && text(run.problem)} />
    <div class="field">
      <label for="lost-file">${t('The file “{name}”', { name: run.name })}</label>
      <input
        id="lost-file"
        type="file"
        onChange=${(event) => event.target.files[0] && resume(run.key, event.target.files[0])}
      />
    </div>
    <div class="dialog-actions">
      <button type="button" class="button danger" onClick=${() => cancel(run.key)}>${t('Cancel the import')}</button>
    </div>`;
}
