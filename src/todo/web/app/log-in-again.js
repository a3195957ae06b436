// The log-in has ended while the page was open. Nothing is lost: what was changed is kept, and sent afterwards.
import { enter } from './entrance.js';
import { t } from './i18n.js';
import { leave } from './leaving.js';
import { html, signal } from './preact.js';
import { logIn } from './sessions.js';
import { session, status } from './store/store.js';
import { Dialog } from './ui/dialog.js';
import { FormError, useForm } from './ui/form.js';
import { PasswordField } from './ui/password-field.js';

const isPutOff = signal(false);

/** Asks for the password again, unless that was put off; then a notice stays. */
export function LogInAgain() {
  if (!isPutOff.value) return html`<${Question} />`;
  return html`<div class="standing-notice" role="status">
    <span>${t('You are logged out. What you change is kept here until you log in.')}</span>
    <button type="button" class="button" onClick=${() => (isPutOff.value = false)}>${t('Log in')}</button>
  </div>`;
}

function Question() {
  const { account } = session.value;
  const { form, wrong, general, isSending } = useForm({
    check: ({ password }) => ({ password: password ? null : t('Write your password.') }),
    send: async ({ password }) => {
      const { account: found, token } = await logIn(account.email, password);
      await enter(found, { token });
    },
    words: { unauthenticated: t('The password is wrong.') },
  });
  return html`<${Dialog} title=${t('Log in again')} onClose=${() => (isPutOff.value = Boolean(status.peek().expired))}>
    <p>${t('Your log-in has ended. What you changed is kept here, and is sent once you have logged in.')}</p>
    <form method="post" class="dialog-form" ...${form}>
      <${FormError} text=${general} />
      <p class="form-who"><span class="label-text">${t('Email')}</span> <bdi>${account.email}</bdi></p>
      <input class="hidden" type="email" name="email" value=${account.email} autocomplete="username" readonly tabindex="-1" aria-hidden="true" />
      <${PasswordField}
        label=${t('Password')}
        name="password"
        autocomplete="current-password"
        autofocus
        required
        error=${wrong.password}
      />
      <p class="door-aside"><a href="/forgotten-password">${t('Forgotten your password?')}</a></p>
      <div class="dialog-actions">
        <button type="button" class="button" onClick=${() => leave({ isExpired: true })}>${t('I am somebody else')}</button>
        <button class="button primary" aria-disabled=${isSending}>${isSending ? t('Logging in…') : t('Log in')}</button>
      </div>
    </form>
  <//>`;
}
