// At the foot of the ways: who one is here, and what one may do about that.
import { isKnownHere, leaveLink } from './entrance.js';
import { icon } from './icons.js';
import { t } from './i18n.js';
import { load, parts } from './later.js';
import { html } from './preact.js';
import { navigate } from './router.js';
import { showShortcuts } from './shortcuts.js';
import { session } from './store/store.js';
import { MenuButton } from './ui/menu-button.js';

export function PersonFoot() {
  const who = session.value;
  if (who.kind !== 'person') return html`<${VisitorFoot} />`;
  const { name, email } = who.account;
  const face = html`<span class="person-sign" aria-hidden="true">${initial(name || email)}</span>
    <span class="person-name"><bdi>${name || email}</bdi></span>
    ${icon('down')}`;
  return html`<div class="person-foot">
    <${MenuButton}
      label=${t('{name}: settings, log out', { name: name || email })}
      face=${face}
      className="person-button"
      items=${[
        { label: t('Settings'), icon: 'settings', run: () => navigate('/settings') },
        { label: t('Keyboard shortcuts'), icon: 'keyboard', run: showShortcuts },
        null,
        { label: t('Log out'), icon: 'leave', run: () => load().then(() => parts.value.leave?.()) },
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

function initial(name) {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return (first?.segment ?? '?').toLocaleUpperCase();
}
