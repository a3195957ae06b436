// Chooses how a task recurs: what people choose most, in words, or a rule of one's own.
import { t } from '../i18n.js';
import { html, useState } from '../preact.js';
import { commonRules } from '../recurrence-rule.js';
import { recurrenceText } from '../recurrence-words.js';
import { OptionList } from '../ui/option-list.js';
import { PageHead } from './picker-page.js';
import { RecurrenceForm } from './recurrence-form.js';

const NONE = '';
const OWN = 'own';

/** `value` is the rule, or "". `day` is that of the due, which the choices are about. */
export function RecurrenceChoice({ value, day, onPick, onBack }) {
  const [isOwn, setOwn] = useState(false);
  if (isOwn) {
    return html`<${PageHead} title=${t('Repeat')} onBack=${() => setOwn(false)} />
      <${RecurrenceForm} value=${value} day=${day} onPick=${onPick} />`;
  }
  const common = commonRules(day);
  const rules = value && !common.includes(value) ? [value, ...common] : common;
  const options = [
    { id: NONE, label: t('Does not repeat'), drawing: 'close' },
    ...rules.map((rule) => ({ id: rule, label: recurrenceText(rule), drawing: 'repeat' })),
    { id: OWN, label: t('Something else…'), drawing: 'edit' },
  ];
  return html`<${PageHead} title=${t('Repeat')} onBack=${onBack} />
    <${OptionList}
      label=${t('Repeat')}
      canSearch=${false}
      options=${options}
      chosen=${[value]}
      onChoose=${(rule) => (rule === OWN ? setOwn(true) : onPick(rule))}
    />`;
}
