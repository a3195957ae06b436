// Another account has logged in in this browser, in another tab: this one cannot go on as the person that it shows.
import { changeOver, otherAccount } from './entrance.js';
import { t } from './i18n.js';
import { PasswordAgain } from './password-again.js';
import { html, useState } from './preact.js';
import { session } from './store/store.js';
import { Dialog } from './ui/dialog.js';

// It comes in the middle of anything: the key that was just being pressed must not decide.
export function SomebodyElse() {
  const [isStaying, setStaying] = useState(false);
  const [isPutOff, setPutOff] = useState(false);
  const me = nameOf(session.value.account);
  const account = otherAccount();
  const other = account && nameOf(account);
  const says = other
    ? t('{other} has logged in in this browser. This page was {me}’s; what {me} changed and was not sent yet is kept for later.', { other, me })
    : t('Somebody else has logged in in this browser. This page was {me}’s; what {me} changed and was not sent yet is kept for later.', { me });
  if (isPutOff) {
    return html`<div class="standing-notice" role="status">
      <span>${t('Somebody else is logged in now. What you change is not sent.')}</span>
      <button type="button" class="button" onClick=${() => setPutOff(false)}>${t('Choose')}</button>
    </div>`;
  }
  // It may come while somebody is writing: Enter is not to mean more than "close" then.
  return html`<${Dialog} title=${t('Somebody else is logged in now')} onClose=${() => setPutOff(true)}>
    <p>${says}</p>
    ${isStaying
      ? html`<${PasswordAgain} />`
      : html`<div class="dialog-actions">
          <button type="button" class="button" onClick=${() => setStaying(true)}>${t('Log in as {me} again', { me })}</button>
          <button type="button" class="button primary" onClick=${changeOver}>
            ${other ? t('Continue as {other}', { other }) : t('Continue')}
          </button>
        </div>`}
  <//>`;
}

function nameOf(account) {
  return account.name || account.email;
}
