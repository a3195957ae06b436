// The log-in has ended while the page was open. Nothing is lost: what was changed is kept, and sent afterwards.
import { t } from './i18n.js';
import { leave } from './leaving.js';
import { PasswordAgain } from './password-again.js';
import { html, signal } from './preact.js';
import { status } from './store/store.js';
import { Dialog } from './ui/dialog.js';

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
  return html`<${Dialog} title=${t('Log in again')} onClose=${() => (isPutOff.value = Boolean(status.peek().expired))}>
    <p>${t('Your log-in has ended. What you changed is kept here, and is sent once you have logged in.')}</p>
    <${PasswordAgain}
      autofocus
      action=${html`<button type="button" class="button" onClick=${() => leave({ isExpired: true })}>${t('I am somebody else')}</button>`}
    >
      <p class="door-aside"><a href="/forgotten-password">${t('Forgotten your password?')}</a></p>
    <//>
  <//>`;
}
