// Chooses a time zone among all that there are.
import { timeZones, zoneDistance } from '../date-words.js';
import { ownTimeZone } from '../dates.js';
import { t } from '../i18n.js';
import { minute, zone } from '../now.js';
import { html, useMemo } from '../preact.js';
import { OptionList } from '../ui/option-list.js';
import { PageHead } from './picker-page.js';

/** The person's zone and the browser's come first. */
export function ZoneChoice({ value, onPick, onBack }) {
  const own = zone.value;
  const options = useMemo(() => {
    const names = [...new Set([own, value, ownTimeZone(), ...timeZones()])];
    return names.map((name) => ({
      id: name,
      label: name.replaceAll('_', ' '),
      describe: () => (name === own ? t('{zone}, yours', { zone: distance(name) }) : distance(name)),
    }));
  }, [own, value]);
  return html`<${PageHead} title=${t('Time zone')} onBack=${onBack} />
    <${OptionList} label=${t('Time zone')} options=${options} chosen=${[value]} onChoose=${onPick} />`;
}

function distance(name) {
  return zoneDistance(name, minute.value);
}
