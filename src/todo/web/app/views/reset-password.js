// Setting a new password, with the secret of the mail.
import { Door, InsecureNotice } from '../door.js';
import { forget } from '../entrance.js';
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { navigate } from '../router.js';
import { dropSecret, secrets } from '../secrets.js';
import { request } from '../store/api.js';
import { session } from '../store/store.js';
import { FormError, useForm } from '../ui/form.js';
import { NewPasswordField, newPasswordFault } from '../ui/new-password-field.js';

export function ResetPassword() {
  const secret = secrets.reset.value;
  const below = html`<p><a href="/forgotten-password">${t('Ask for another mail')}</a></p>`;
  if (!secret) {
    return html`<${Door} title=${t('New password')} below=${below}>
      <p>${t('The address is not complete. Open the link of the mail once more.')}</p>
    <//>`;
  }
  return html`<${Setting} secret=${secret} below=${below} />`;
}

function Setting({ secret, below }) {
  const { form, wrong, general, isSending } = useForm({
    check: ({ password }) => ({ password: newPasswordFault(password) }),
    send: async ({ password }) => {
      await request('PUT', '/v1/password-resets', { body: { secret, password } });
      dropSecret('reset');
      if (session.value?.kind === 'person' && (await hasEnded())) await forget('/log-in?new');
      else navigate('/log-in?new', { replace: true });
    },
    words: { unknown_reset: t('The link was used before, or is older than an hour. Ask for another mail.') },
  });
  return html`<${Door} title=${t('New password')} below=${below}>
    <${InsecureNotice} />
    <form method="post" ...${form}>
      <${FormError} text=${general} />
      <${NewPasswordField} error=${wrong.password} />
      <p class="door-aside muted">${t('You are logged out everywhere, and log in with the new one.')}</p>
      <button class="button primary wide" aria-disabled=${isSending}>${isSending ? t('Saving…') : t('Set the password')}</button>
    </form>
  <//>`;
}

// Every log-in of the account has ended; whoever is here may be that person, or another one.
async function hasEnded() {
  try {
    await request('GET', '/v1/me');
    return false;
  } catch (problem) {
    return problem.status === 401;
  }
}
