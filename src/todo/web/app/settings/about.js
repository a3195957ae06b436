// Which version this is, what it is made of, and where to read more.
import { facts } from '../facts.js';
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { showShortcuts } from '../shortcuts.js';

const MADE_OF = [
  ['Preact', 'MIT'],
  ['Preact Signals', 'MIT'],
  ['htm', 'Apache-2.0'],
];

export function AboutSection() {
  return html`<div class="settings-form">
    <dl class="facts">
      <div>
        <dt>${t('Version')}</dt>
        <dd>${facts.version}</dd>
      </div>
      <div>
        <dt>${t('For programs')}</dt>
        <dd><a href="/docs">${t('The API, to read and to try')}</a></dd>
      </div>
      <div>
        <dt>${t('Keyboard')}</dt>
        <dd><button type="button" class="link-button" onClick=${showShortcuts}>${t('All shortcuts')}</button></dd>
      </div>
      <div>
        <dt>${t('Made with')}</dt>
        <dd>
          <ul>
            ${MADE_OF.map(([name, licence]) => html`<li key=${name}>${name} (${licence})</li>`)}
          </ul>
          <a href=${`${facts.static}/licences.txt`} target="_blank">${t('Their licences')}</a>
        </dd>
      </div>
    </dl>
  </div>`;
}
