// Light or dark, in this browser.
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { chooseTheme, theme } from '../theme.js';

export function AppearanceSection() {
  const choices = [
    { name: 'system', label: t('As the system has it') },
    { name: 'light', label: t('Light') },
    { name: 'dark', label: t('Dark') },
  ];
  return html`<fieldset class="settings-form choices">
    <legend class="label-text">${t('Colours')}</legend>
    ${choices.map(
      ({ name, label }) => html`<label class="check" key=${name}>
        <input
          type="radio"
          name="theme"
          value=${name}
          checked=${theme.value === name}
          onChange=${() => chooseTheme(name)}
        />
        <span>${label}</span>
      </label>`,
    )}
    <p class="field-hint">${t('In this browser alone.')}</p>
  </fieldset>`;
}
