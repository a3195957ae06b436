// A password that somebody chooses.
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { PasswordField } from './password-field.js';

const SHORTEST = 8;

/** `input` are the attributes of the `<input>`. */
export function NewPasswordField(input) {
  return html`<${PasswordField}
    label=${t('New password')}
    name="password"
    autocomplete="new-password"
    required
    hint=${t('At least 8 characters. A few words are good and easy to remember.')}
    ...${input}
  />`;
}

/** What is wrong with it, as far as that is seen from here. */
export function newPasswordFault(password) {
  return [...password].length >= SHORTEST ? null : t('Use at least 8 characters.');
}
