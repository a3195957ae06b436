// Logging in once more as the person whose page this is.
import { enter } from './entrance.js';
import { t } from './i18n.js';
import { html } from './preact.js';
import { logIn } from './sessions.js';
import { session } from './store/store.js';
import { CurrentPasswordField, currentPasswordFault } from './ui/current-password-field.js';
import { KnownEmail } from './ui/email-field.js';
import { FormError, useForm } from './ui/form.js';

/** `children` stand below the password, `action` beside the button. */
export function PasswordAgain({ children, action, ...input }) {
  const { account } = session.value;
  const { form, wrong, general, isSending } = useForm({
    check: ({ password }) => ({ password: currentPasswordFault(password) }),
    send: async ({ password }) => {
      await enter(await logIn(account.email, password));
    },
    words: { unauthenticated: t('The password is wrong.') },
  });
  return html`<form method="post" class="dialog-form" ...${form}>
    <${FormError} text=${general} />
    <p class="form-who"><span class="label-text">${t('Email')}</span> <bdi>${account.email}</bdi></p>
    <${KnownEmail} email=${account.email} />
    <${CurrentPasswordField} error=${wrong.password} ...${input} />
    ${children}
    <div class="dialog-actions">
      ${action}
      <button class="button primary" aria-disabled=${isSending}>${isSending ? t('Logging in…') : t('Log in')}</button>
    </div>
  </form>`;
}
