import { html } from '../preact.js';
import { t } from '../i18n.js';

export function TodayView() {
  return html`<div class="view"><h1 tabindex="-1">${t('Today')}</h1></div>`;
}
