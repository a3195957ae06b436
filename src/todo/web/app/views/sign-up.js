// Signing up: for everybody, with an invite, or not here.
import { ownTimeZone } from '../dates.js';
import { Door, InsecureNotice } from '../door.js';
import { enter } from '../entrance.js';
import { facts } from '../facts.js';
import { language, t } from '../i18n.js';
import { html } from '../preact.js';
import { by, wanted } from '../return-address.js';
import { navigate } from '../router.js';
import { dropSecret, secrets } from '../secrets.js';
import { signUp } from '../sessions.js';
import { request } from '../store/api.js';
import { toast } from '../toasts.js';
import { EmailField, emailFault } from '../ui/email-field.js';
import { Field } from '../ui/field.js';
import { FormError, useForm } from '../ui/form.js';
import { NewPasswordField, newPasswordFault } from '../ui/new-password-field.js';

export function SignUp() {
  const below = html`<p>${t('You have an account?')} <a href=${by('/log-in', wanted())}>${t('Log in')}</a></p>`;
  return html`<${Door} title=${t('Sign up')} below=${below}>
    ${facts.sign_up === 'closed'
      ? html`<p>${t('Signing up is closed here. Ask whoever runs this service for an account.')}</p>`
      : html`<${SignUpForm} />`}
  <//>`;
}

function SignUpForm() {
  const invitation = secrets.invitation.value;
  const needsInvite = facts.sign_up === 'invite' && !invitation;
  const { form, wrong, general, isSending } = useForm({
    check: ({ email, password, invite }) => ({
      email: emailFault(email),
      password: newPasswordFault(password),
      invite: needsInvite && !invite.trim() ? t('Write the invite that you were given.') : null,
    }),
    send: async ({ email, password, name, invite }) => {
      const secret = invitation ?? invite?.trim();
      const account = await signUp({
        email,
        password,
        name: name.trim(),
        time_zone: ownTimeZone(),
        language,
        ...(secret ? { invite: secret } : {}),
      });
      const address = invitation ? await sharedList() : wanted();
      dropSecret('invitation');
      await enter(account, address);
      navigate(address, { replace: true });
    },
    words: { sign_up_refused: t('Signing up is closed here. Ask whoever runs this service for an account.') },
    faults: { email: t('This address cannot be used. If it is yours, log in.') },
  });
  return html`
    <${InsecureNotice} />
    ${invitation && html`<p class="notice">${t('Once you have signed up, you are in the list that is shared with you.')}</p>`}
    <form method="post" ...${form}>
      <${FormError} text=${general} />
      <${Field}
        label=${t('Your name')}
        name="name"
        autocomplete="name"
        maxlength="120"
        hint=${t('This is what those see with whom you share a list.')}
        error=${wrong.name}
      />
      <${EmailField} error=${wrong.email} />
      <${NewPasswordField} label=${t('Password')} error=${wrong.password} />
      ${needsInvite &&
      html`<${Field}
        label=${t('Invite')}
        name="invite"
        autocomplete="off"
        autocapitalize="none"
        required
        hint=${t('Who runs this service has given it to you.')}
        error=${wrong.invite}
      />`}
      <button class="button primary wide" aria-disabled=${isSending}>${isSending ? t('Signing up…') : t('Sign up')}</button>
    </form>
  `;
}

// The address of the list that the invitation has led to: the only one that a new person has.
async function sharedList() {
  const { body } = await request('GET', '/v1/lists');
  if (body.length) return `/lists/${body[0].id}`;
  toast(t('You have an account now, but the invitation was used or too old. Ask for another one.'), { kind: 'warning' });
  return '/today';
}
