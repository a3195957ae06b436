// Which column of a table is which field of a task. Another choice is looked at at once.
import { t } from '../i18n.js';
import { html, useState } from '../preact.js';
import { fieldNames } from './import-words.js';
import { look } from './importing.js';

export function Mapping({ run }) {
  const mapping = run.mapping ?? {};
  // Open where the service could not tell which is which; whoever opens or closes it later finds it so.
  const [isOpen] = useState(!mapping.title);
  const change = (field) => (event) => {
    const { [field]: _before, ...rest } = mapping;
    const column = event.target.value;
    look(run.key, { isMapped: true, mapping: column ? { ...rest, [field]: column } : rest });
  };
  return html`<details class="transfer-part" open=${isOpen}>
    <summary>${t('Columns')}</summary>
    <div class="transfer-mapping">
      ${Object.entries(fieldNames()).map(
        ([field, name]) => html`<div class="field" key=${field}>
          <label for=${`map-${field}`}>${name}</label>
          <select id=${`map-${field}`} onChange=${change(field)}>
            <option value="" disabled=${field === 'title'} selected=${!mapping[field]}>${t('not in the file')}</option>
            ${[...new Set(run.preview.header)].filter(Boolean).map(
              (column) => html`<option key=${column} value=${column} selected=${mapping[field] === column}>${column}</option>`,
            )}
          </select>
        </div>`,
      )}
    </div>
  </details>`;
}
