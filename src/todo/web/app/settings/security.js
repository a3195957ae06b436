// The address and the password, each changed with the present password.
import { learn } from '../entrance.js';
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { request } from '../store/api.js';
import { session } from '../store/store.js';
import { toast } from '../toasts.js';
import { Field } from '../ui/field.js';
import { FormError, useForm } from '../ui/form.js';
import { PasswordField } from '../ui/password-field.js';

export function SecuritySection() {
  return html`<${AddressForm} /><${PasswordForm} />`;
}

function AddressForm() {
  const { account } = session.value;
  const { form, wrong, general, isSending } = useForm({
    check: ({ email, current_password }) => ({
      email: email.includes('@') ? null : t('Write an address such as ann@example.org.'),
      current_password: current_password ? null : t('Write your password.'),
    }),
    send: async ({ email, current_password }) => {
      learn((await request('PATCH', '/v1/me', { body: { email, current_password } })).body);
      form.ref.current.reset();
      toast(t('Your address is {email} now', { email }));
    },
  });
  return html`<form class="settings-form" method="post" ...${form}>
    <h3>${t('Address')}</h3>
    <p class="muted">${t('You log in with it, and mails go there.')}</p>
    <${FormError} text=${general} />
    <${Field}
      key=${account.email}
      label=${t('Email')}
      name="email"
      type="email"
      autocomplete="username"
      autocapitalize="none"
      maxlength="254"
      required
      defaultValue=${account.email}
      error=${wrong.email}
    />
    <${PasswordField}
      label=${t('Current password')}
      name="current_password"
      autocomplete="current-password"
      required
      error=${wrong.current_password}
    />
    <div class="form-actions">
      <button class="button primary" aria-disabled=${isSending}>${t('Change the address')}</button>
    </div>
  </form>`;
}

function PasswordForm() {
  const { account } = session.value;
  const { form, wrong, general, isSending } = useForm({
    check: ({ password, current_password }) => ({
      current_password: current_password ? null : t('Write your password.'),
      password: [...password].length >= 8 ? null : t('Use at least 8 characters.'),
    }),
    send: async ({ password, current_password }) => {
      learn((await request('PATCH', '/v1/me', { body: { password, current_password } })).body);
      form.ref.current.reset();
      toast(t('Your new password is set. All other log-ins have ended.'));
    },
  });
  return html`<form class="settings-form" method="post" ...${form}>
    <h3>${t('Password')}</h3>
    <p class="muted">${t('A new one ends your log-ins in all other browsers. Tokens go on working.')}</p>
    <${FormError} text=${general} />
    <input class="hidden" type="email" name="username" value=${account.email} autocomplete="username" readonly tabindex="-1" aria-hidden="true" />
    <${PasswordField}
      label=${t('Current password')}
      name="current_password"
      autocomplete="current-password"
      required
      error=${wrong.current_password}
    />
    <${PasswordField}
      label=${t('New password')}
      name="password"
      autocomplete="new-password"
      required
      hint=${t('At least 8 characters. A few words are good and easy to remember.')}
      error=${wrong.password}
    />
    <div class="form-actions">
      <button class="button primary" aria-disabled=${isSending}>${t('Change the password')}</button>
    </div>
  </form>`;
}
