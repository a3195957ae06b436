// What a format cannot hold, item by item.
import { language, t } from '../i18n.js';
import { html } from '../preact.js';

/** `losses` as in the API. */
export function LossTable({ losses }) {
  return html`<div class="table-box" role="region" tabindex="0" aria-label=${t('What is left out')}>
    <table class="table">
      <thead>
        <tr>
          <th scope="col">${t('Task')}</th>
          <th scope="col">${t('What')}</th>
        </tr>
      </thead>
      <tbody>
        ${losses.map(
          ({ row, item, detail }, index) => html`<tr key=${index}>
            <th scope="row"><bdi>${item ?? row}</bdi></th>
            <td dir="auto" lang=${language === 'en' ? undefined : 'en'}>${detail}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
