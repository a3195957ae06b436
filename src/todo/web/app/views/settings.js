// The settings: sections, each at its own address.
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { route } from '../router.js';
import { AboutSection } from '../settings/about.js';
import { AppearanceSection } from '../settings/appearance.js';
import { DataSection } from '../settings/data.js';
import { DeletionSection } from '../settings/deletion.js';
import { ProfileSection } from '../settings/profile.js';
import { SecuritySection } from '../settings/security.js';
import { TokensSection } from '../settings/tokens.js';
import { useTitle } from '../title.js';

export function SettingsView() {
  const sections = [
    { name: 'profile', label: t('Profile'), Section: ProfileSection },
    { name: 'security', label: t('Address and password'), Section: SecuritySection },
    { name: 'tokens', label: t('Log-ins and tokens'), Section: TokensSection },
    { name: 'appearance', label: t('Appearance'), Section: AppearanceSection },
    { name: 'data', label: t('Data'), Section: DataSection },
    { name: 'about', label: t('About'), Section: AboutSection },
    { name: 'delete', label: t('Delete the account'), Section: DeletionSection },
  ];
  const { section = 'profile' } = route.value.params;
  const shown = sections.find(({ name }) => name === section) ?? sections[0];
  useTitle(`${t('Settings')}: ${shown.label}`);
  return html`<div class="view settings">
    <div class="view-head"><h1 tabindex="-1">${t('Settings')}</h1></div>
    <nav class="settings-ways" aria-label=${t('Settings')}>
      <ul>
        ${sections.map(
          ({ name, label }) => html`<li key=${name}>
            <a
              class="settings-way"
              href=${name === 'profile' ? '/settings' : `/settings/${name}`}
              aria-current=${shown.name === name ? 'page' : undefined}
            >
              ${label}
            </a>
          </li>`,
        )}
      </ul>
    </nav>
    <section class="settings-section" aria-labelledby="settings-section" key=${shown.name}>
      <h2 id="settings-section">${shown.label}</h2>
      <${shown.Section} />
    </section>
  </div>`;
}
