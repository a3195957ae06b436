// The address of an account, by which people log in. Password managers know it as the user's name.
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { Field } from './field.js';

/** `input` are the attributes of the `<input>`. */
export function EmailField(input) {
  return html`<${Field}
    label=${t('Email')}
    name="email"
    type="email"
    autocomplete="username"
    autocapitalize="none"
    maxlength="254"
    required
    ...${input}
  />`;
}

/** What is wrong with an address, as far as that is seen from here. */
export function emailFault(email) {
  return email.includes('@') ? null : t('Write an address such as ann@example.org.');
}

/** Tells password managers whose password a form is about, where nobody is asked. */
export function KnownEmail({ email }) {
  return html`<input class="hidden" type="email" name="email" value=${email} autocomplete="username" readonly tabindex="-1" aria-hidden="true" />`;
}
