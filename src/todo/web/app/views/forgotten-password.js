// Asking for a mail with which a new password can be set.
import { Door } from '../door.js';
import { t } from '../i18n.js';
import { html, useState } from '../preact.js';
import { session } from '../store/store.js';
import { request } from '../store/api.js';
import { EmailField, emailFault } from '../ui/email-field.js';
import { FormError, useForm } from '../ui/form.js';

export function ForgottenPassword() {
  const [sentTo, setSentTo] = useState(null);
  const below = html`<p><a href="/log-in">${t('Back to log-in')}</a></p>`;
  if (sentTo) {
    return html`<${Door} key="sent" title=${t('Look into your mail')} below=${below}>
      <p>${t('If {email} has an account here, a mail is on its way with a link to set a new password.', { email: sentTo })}</p>
      <p>${t('The link is good for an hour, once. If nothing comes, look among the spam.')}</p>
      <button type="button" class="button wide" onClick=${() => setSentTo(null)}>${t('Use another address')}</button>
    <//>`;
  }
  return html`<${Asking} below=${below} onSent=${setSentTo} />`;
}

function Asking({ below, onSent }) {
  const { form, wrong, general, isSending } = useForm({
    check: ({ email }) => ({ email: emailFault(email) }),
    send: async ({ email }) => {
      await request('POST', '/v1/password-resets', { body: { email } });
      onSent(email);
    },
  });
  return html`<${Door} key="asking" title=${t('Forgotten password')} below=${below}>
    <p>${t('You get a mail with a link to set a new one.')}</p>
    <form method="post" ...${form}>
      <${FormError} text=${general} />
      <${EmailField} defaultValue=${session.value?.account?.email ?? ''} error=${wrong.email} />
      <button class="button primary wide" aria-disabled=${isSending}>${isSending ? t('Sending…') : t('Send the mail')}</button>
    </form>
  <//>`;
}
