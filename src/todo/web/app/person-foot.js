// At the foot of the ways: who one is here, and what one may do about that.
import { isKnownHere, leaveLink } from './entrance.js';
import { icon } from './icons.js';
import { t } from './i18n.js';
import { doLater } from './later.js';
import { html } from './preact.js';
import { navigate } from './router.js';
import { Avatar } from './sharing/avatar.js';
import { showShortcuts } from './shortcuts.js';
import { session } from './store/store.js';
import { MenuButton } from './ui/menu-button.js';

export function PersonFoot() {
  const who = session.value;
  if (who.kind !== 'person') return html`<${VisitorFoot} />`;
  const { id, name, email } = who.account;
  const known = name || email;
  const face = html`<${Avatar} id=${id} name=${known} />
    <span class="person-name"><bdi>${known}</bdi></span>
    ${icon('down')}`;
  return html`<div class="person-foot">
    <${MenuButton}
      label=${t('{name}: settings, log out', { name: known })}
      face=${face}
      className="person-button"
      items=${[
        { label: t('Settings'), icon: 'settings', run: () => navigate('/settings') },
        { label: t('Import a file…'), icon: 'inbox', run: () => doLater('chooseFiles') },
        { label: t('Keyboard shortcuts'), icon: 'keyboard', run: showShortcuts },
        null,
        { label: t('Log out'), icon: 'leave', run: () => doLater('leave') },
      ]}
    />
  </div>`;
}

function VisitorFoot() {
  return html`<div class="person-foot">
    ${isKnownHere()
      ? html`<button type="button" class="button wide" onClick=${() => leaveLink('/today')}>${t('Go to your own lists')}</button>`
      : html`<button type="button" class="button wide" onClick=${() => leaveLink('/log-in')}>${t('Log in')}</button>`}
  </div>`;
}
