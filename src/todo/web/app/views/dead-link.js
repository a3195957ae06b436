// A link that leads nowhere, or not at the moment.
import { Door } from '../door.js';
import { isKnownHere, leaveLink, linkTrouble } from '../entrance.js';
import { t } from '../i18n.js';
import { html } from '../preact.js';

export function DeadLink() {
  const own = isKnownHere()
    ? html`<button type="button" class="button wide" onClick=${() => leaveLink('/today')}>${t('Go to your own lists')}</button>`
    : html`<button type="button" class="button wide" onClick=${() => leaveLink('/log-in')}>${t('Log in')}</button>`;
  if (linkTrouble.value === 'offline') {
    return html`<${Door} title=${t('The list cannot be loaded')}>
      <p>${t('The service cannot be reached. Look at your connection, and try again.')}</p>
      <button type="button" class="button primary wide" onClick=${() => location.reload()}>${t('Try again')}</button>
      ${own}
    <//>`;
  }
  return html`<${Door} title=${t('This link leads nowhere')}>
    <p>${t('It is not complete, was revoked, or has expired. Ask whoever gave it to you for another one.')}</p>
    ${own}
  <//>`;
}
