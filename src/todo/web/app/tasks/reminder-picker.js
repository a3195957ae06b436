// Picks when to be told of a task: before its due, or at a moment.
import { isDay } from '../date-words.js';
import { clock, instant } from '../dates.js';
import { t } from '../i18n.js';
import { minute, today, zone } from '../now.js';
import { html, useId, useState } from '../preact.js';
import { OptionList } from '../ui/option-list.js';
import { Picker } from './picker.js';
import { durationBefore, reminderText } from './reminder-words.js';

const BEFORE_MOMENT = ['PT0S', 'PT10M', 'PT30M', 'PT1H', 'P1D', 'P1W'];
// 9:00 on the day, 18:00 the day before, 9:00 the day and a week before.
const BEFORE_DAY = ['-PT9H', 'PT6H', 'PT15H', 'P6DT15H'];
const MOST = 20;
const MOST_DAYS = 366;

/** `value` are the task's reminders, `due` is its due. It stays open: `onPick(reminders)` with each change. */
export function ReminderPicker({ anchor, value, due, onPick, onClose }) {
  const common = (due ? (due.date ? BEFORE_DAY : BEFORE_MOMENT) : []).map((before) => ({ before }));
  const own = value.filter((each) => !common.some((other) => keyOf(other) === keyOf(each)));
  const options = [...own, ...common].map((each) => ({
    id: keyOf(each),
    label: reminderText(each, { due, timeZone: zone.value }),
    reminder: each,
  }));
  const toggle = (key) => {
    const rest = value.filter((each) => keyOf(each) !== key);
    if (rest.length < value.length) onPick(rest);
    else add(options.find(({ id }) => id === key).reminder);
  };
  const add = (reminder) => {
    if (value.length < MOST && !value.some((each) => keyOf(each) === keyOf(reminder))) onPick([...value, reminder]);
  };
  return html`<${Picker} anchor=${anchor} label=${t('Reminders')} onClose=${onClose}>
    ${options.length > 0 &&
    html`<${OptionList}
      label=${t('Reminders')}
      several
      canSearch=${false}
      options=${options}
      chosen=${value.map(keyOf)}
      onChoose=${toggle}
    />`}
    ${due && (due.date ? html`<${BeforeDay} onAdd=${add} />` : html`<${BeforeMoment} onAdd=${add} />`)}
    <${AtMoment} onAdd=${add} />
  <//>`;
}

function keyOf(reminder) {
  return reminder.before ?? reminder.at;
}

function BeforeMoment({ onAdd }) {
  const submit = ({ count, unit }) => {
    const bounded = Math.min(Number(count), unit === 'PW' ? 52 : MOST_DAYS);
    onAdd({ before: `${unit.slice(0, -1)}${bounded}${unit.at(-1)}` });
  };
  return html`<${Adding} title=${t('So long before')} onAdd=${submit}>
    <input name="count" type="number" required min="1" max=${MOST_DAYS} defaultValue="15" aria-label=${t('How many')} />
    <select name="unit" aria-label=${t('Minutes, hours, days or weeks')}>
      <option value="PTM">${t('minutes')}</option>
      <option value="PTH">${t('hours')}</option>
      <option value="PD">${t('days')}</option>
      <option value="PW">${t('weeks')}</option>
    </select>
  <//>`;
}

function BeforeDay({ onAdd }) {
  const submit = ({ days, time }) => onAdd({ before: durationBefore(Number(days), time) });
  return html`<${Adding} title=${t('Days before, at a time')} onAdd=${submit}>
    <input name="days" type="number" required min="0" max="365" defaultValue="2" aria-label=${t('How many days before')} />
    <input name="time" type="time" required defaultValue="09:00" aria-label=${t('Time')} />
  <//>`;
}

function AtMoment({ onAdd }) {
  const next = clock(minute.value + 3_600_000, zone.value);
  const submit = ({ moment }) => {
    const [date, time] = moment.split('T');
    if (!isDay(date)) return;
    onAdd({ at: new Date(instant(date, time.slice(0, 5), zone.value)).toISOString().replace('.000', '') });
  };
  const [start] = useState(`${next.date}T${next.time.slice(0, 2)}:00`);
  return html`<${Adding} title=${t('At a moment')} onAdd=${submit}>
    <input
      name="moment"
      type="datetime-local"
      required
      min=${`${today.value}T00:00`}
      max="2999-12-31T00:00"
      defaultValue=${start}
      aria-label=${t('Day and time')}
    />
  <//>`;
}

function Adding({ title, onAdd, children }) {
  const id = useId();
  const submit = (event) => {
    event.preventDefault();
    onAdd(Object.fromEntries(new FormData(event.target)));
  };
  return html`<form class="reminder-adding" aria-labelledby=${id} onSubmit=${submit}>
    <span id=${id} class="label-text">${title}</span>
    <div>${children}<button class="button">${t('Add')}</button></div>
  </form>`;
}
