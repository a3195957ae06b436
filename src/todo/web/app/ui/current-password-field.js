// The password that somebody has.
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { PasswordField } from './password-field.js';

/** `input` are the attributes of the `<input>`. */
export function CurrentPasswordField(input) {
  return html`<${PasswordField}
    label=${t('Password')}
    name="password"
    autocomplete="current-password"
    required
    ...${input}
  />`;
}

/** What is wrong with it, as far as that is seen from here. */
export function currentPasswordFault(password) {
  return password ? null : t('Write your password.');
}
