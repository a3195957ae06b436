// The head of a page further inside of a picker.
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { html } from '../preact.js';

export function PageHead({ title, onBack }) {
  return html`<div class="picker-page-head">
    <button type="button" class="icon-button" aria-label=${t('Back')} onClick=${onBack}>${icon('back')}</button>
    <h2>${title}</h2>
  </div>`;
}
