// What somebody without an account here sees who opens the invitation of a mail.
import { Door } from '../door.js';
import { facts } from '../facts.js';
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { dropSecret } from '../secrets.js';

export function Invited() {
  return html`<${Door} title=${t('A list is shared with you')}>
    <p>${t('Sign up, or log in if you have an account: then you are in it.')}</p>
    <div class="door-ways">
      ${facts.sign_up !== 'closed' && html`<a class="button primary wide" href="/sign-up">${t('Sign up')}</a>`}
      <a class="button wide" href="/log-in">${t('Log in')}</a>
    </div>
    <p class="door-aside">
      <button type="button" class="link-button" onClick=${() => dropSecret('invitation')}>${t('Not now')}</button>
    </p>
  <//>`;
}
