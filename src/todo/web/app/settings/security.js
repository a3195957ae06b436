// The address and the password, each changed with the present password.
import { learn } from '../entrance.js';
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { request } from '../store/api.js';
import { session } from '../store/store.js';
import { toast } from '../toasts.js';
import { CurrentPasswordField, currentPasswordFault } from '../ui/current-password-field.js';
import { EmailField, KnownEmail, emailFault } from '../ui/email-field.js';
import { FormError, useForm } from '../ui/form.js';
import { NewPasswordField, newPasswordFault } from '../ui/new-password-field.js';

export function SecuritySection() {
  return html`<${AddressForm} /><${PasswordForm} />`;
}

function AddressForm() {
  const { account } = session.value;
  const { form, wrong, general, isSending } = useForm({
    check: ({ email, current_password }) => ({
      email: emailFault(email),
      current_password: currentPasswordFault(current_password),
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
    <${EmailField} key=${account.email} defaultValue=${account.email} error=${wrong.email} />
    <${CurrentPasswordField} label=${t('Current password')} name="current_password" error=${wrong.current_password} />
    <div class="form-actions">
      <button class="button primary" aria-disabled=${isSending}>${t('Change the address')}</button>
    </div>
  </form>`;
}

function PasswordForm() {
  const { account } = session.value;
  const { form, wrong, general, isSending } = useForm({
    check: ({ password, current_password }) => ({
      current_password: currentPasswordFault(current_password),
      password: newPasswordFault(password),
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
    <${KnownEmail} email=${account.email} />
    <${CurrentPasswordField} label=${t('Current password')} name="current_password" error=${wrong.current_password} />
    <${NewPasswordField} error=${wrong.password} />
    <div class="form-actions">
      <button class="button primary" aria-disabled=${isSending}>${t('Change the password')}</button>
    </div>
  </form>`;
}
