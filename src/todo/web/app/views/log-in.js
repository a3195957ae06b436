// Logging in, with the address and the password.
import { Door, InsecureNotice } from '../door.js';
import { enter } from '../entrance.js';
import { facts } from '../facts.js';
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { by, wanted } from '../return-address.js';
import { route } from '../router.js';
import { secrets } from '../secrets.js';
import { logIn } from '../sessions.js';
import { CurrentPasswordField, currentPasswordFault } from '../ui/current-password-field.js';
import { EmailField, emailFault } from '../ui/email-field.js';
import { FormError, useForm } from '../ui/form.js';

export function LogIn() {
  const { form, wrong, general, isSending } = useForm({
    check: ({ email, password }) => ({
      email: emailFault(email),
      password: currentPasswordFault(password),
    }),
    send: async ({ email, password }) => {
      await enter(await logIn(email, password), wanted());
    },
    words: { unauthenticated: t('The address or the password is wrong.') },
  });
  const below = html`
    ${facts.sign_up !== 'closed' &&
    html`<p>${t('No account yet?')} <a href=${by('/sign-up', wanted())}>${t('Sign up')}</a></p>`}
  `;
  return html`<${Door} title=${t('Log in')} below=${below}>
    <${InsecureNotice} />
    ${'new' in route.value.query && html`<p class="notice" role="status">${t('Your new password is set. Log in with it.')}</p>`}
    ${secrets.invitation.value && html`<p class="notice">${t('Once you are logged in, you can join the list that is shared with you.')}</p>`}
    <form method="post" ...${form}>
      <${FormError} text=${general} />
      <${EmailField} error=${wrong.email} />
      <${CurrentPasswordField} error=${wrong.password} />
      <p class="door-aside"><a href="/forgotten-password">${t('Forgotten your password?')}</a></p>
      <button class="button primary wide" aria-disabled=${isSending}>${isSending ? t('Logging in…') : t('Log in')}</button>
    </form>
  <//>`;
}
