// Above a list that is seen by a secret link: why one is here without being anybody.
import { isKnownHere, leaveLink } from './entrance.js';
import { icon } from './icons.js';
import { t } from './i18n.js';
import { html } from './preact.js';
import { session } from './store/store.js';

export function LinkNotice() {
  const says =
    session.value.role === 'viewer'
      ? t('Shared with you by link: you can see this list.')
      : t('Shared with you by link: you can see and change this list.');
  return html`<p class="notice link-notice">
    ${icon('link')}<span>${says}</span>
    ${!isKnownHere() &&
    html`<button type="button" class="link-button" onClick=${() => leaveLink('/log-in')}>${t('Log in')}</button>`}
  </p>`;
}
