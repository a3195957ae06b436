// Imports that go on while something else is looked at: a line each, which opens the dialog again.
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { endWords } from './import-words.js';
import { Progress } from './import-progress.js';
import { close } from './importing.js';
import { runs, shownKey } from './runs.js';

export function ImportStatus() {
  const others = runs.value.filter(({ key, stage }) => key !== shownKey.value && stage !== 'queued');
  return others.map((run) => html`<${One} key=${run.key} run=${run} />`);
}

function One({ run }) {
  const { key, stage, name } = run;
  return html`<section class="notice transfer-line" aria-label=${t('Import of “{name}”', { name })}>
    <p><bdi>${name}</bdi></p>
    ${stage === 'ended' && html`<p>${endWords(run.import)}</p>`}
    ${(stage === 'working' || (stage === 'looking' && run.import)) && html`<${Progress} run=${run} />`}
    ${stage === 'preview' && html`<p>${t('It was looked at, and waits for your yes.')}</p>`}
    ${stage === 'lost' && html`<p>${t('It was not sent as a whole.')}</p>`}
    <button type="button" class="button" onClick=${() => (shownKey.value = key)}>${t('Show')}</button>
    ${stage === 'ended' &&
    html`<button type="button" class="icon-button" aria-label=${t('Dismiss')} onClick=${() => close(key)}>${icon('close')}</button>`}
  </section>`;
}
