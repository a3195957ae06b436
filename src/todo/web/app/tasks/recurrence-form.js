// A rule of recurrence of one's own: how often, on which days, until when.
import { weekdays } from '../calendar.js';
import { isDay } from '../date-words.js';
import { addDays, addMonths, weekdayOf } from '../dates.js';
import { t, tn } from '../i18n.js';
import { html, useLayoutEffect, useRef, useState } from '../preact.js';
import { fromPicker, toPicker } from '../recurrence-rule.js';
import { recurrenceText } from '../recurrence-words.js';

const LARGEST_INTERVAL = 999;
const LARGEST_COUNT = 9999;

/** `value` is the rule to begin with, or "". `day` is that of the due. `onPick(rule)`. */
export function RecurrenceForm({ value, day, onPick }) {
  const first = useRef(null);
  const [rule, setRule] = useState(() => (value && toPicker(value)) || plain(day));
  useLayoutEffect(() => first.current.focus(), []);
  const set = (changes) => setRule({ ...rule, ...changes });
  const text = fromPicker(rule);
  const submit = (event) => {
    event.preventDefault();
    onPick(text);
  };
  return html`<form class="recurrence-form" onSubmit=${submit}>
    <div class="recurrence-every">
      <label>
        <span class="label-text">${t('Every')}</span>
        <input
          ref=${first}
          type="number"
          required
          min="1"
          max=${LARGEST_INTERVAL}
          value=${rule.interval}
          onInput=${(event) => set({ interval: bounded(event.target.value, LARGEST_INTERVAL) })}
        />
      </label>
      <select aria-label=${t('Days, weeks, months or years')} value=${rule.freq} onChange=${(event) => set({ freq: event.target.value })}>
        <option value="DAILY">${tn('day', 'days', rule.interval)}</option>
        <option value="WEEKLY">${tn('week', 'weeks', rule.interval)}</option>
        <option value="MONTHLY">${tn('month', 'months', rule.interval)}</option>
        <option value="YEARLY">${tn('year', 'years', rule.interval)}</option>
      </select>
    </div>
    ${rule.freq === 'WEEKLY' && html`<${Weekdays} chosen=${rule.weekdays} onChange=${(days) => set({ weekdays: days })} />`}
    ${rule.freq === 'MONTHLY' && html`<${DayOfMonth} rule=${rule} day=${day} onChange=${(monthly) => set({ monthly })} />`}
    <${Ending} rule=${rule} day=${day} onChange=${set} />
    <p class="recurrence-words" role="status">${recurrenceText(text)}</p>
    <button class="button primary">${t('Repeat like this')}</button>
  </form>`;
}

function Weekdays({ chosen, onChange }) {
  const toggle = (day) => {
    const rest = chosen.filter((each) => each !== day);
    onChange(rest.length < chosen.length ? rest : [...chosen, day]);
  };
  return html`<fieldset class="recurrence-weekdays">
    <legend class="label-text">${t('On these days')}</legend>
    ${weekdays().map(
      ({ day, short, long }) => html`<button
        key=${day}
        type="button"
        aria-pressed=${chosen.includes(day)}
        aria-label=${long}
        onClick=${() => toggle(day)}
      >
        ${short}
      </button>`,
    )}
  </fieldset>`;
}

function DayOfMonth({ rule, day, onChange }) {
  const choices = waysInMonth(day, rule.monthly).map((monthly) => {
    const text = fromPicker({ ...rule, monthly, ends: 'never' });
    return { text, monthly, words: recurrenceText(text) };
  });
  const now = fromPicker({ ...rule, ends: 'never' });
  return html`<label class="field">
    <span class="label-text">${t('On which day')}</span>
    <select value=${now} onChange=${(event) => onChange(choices.find(({ text }) => text === event.target.value).monthly)}>
      ${choices.map(({ text, words }) => html`<option key=${text} value=${text}>${words}</option>`)}
    </select>
  </label>`;
}

function Ending({ rule, day, onChange }) {
  const begin = (ends) => {
    if (ends === 'until') onChange({ ends, until: rule.until || addMonths(day, 6) });
    else onChange({ ends, count: rule.count || 10 });
  };
  return html`<div class="recurrence-ending">
    <label>
      <span class="label-text">${t('Ends')}</span>
      <select value=${rule.ends} onChange=${(event) => begin(event.target.value)}>
        <option value="never">${t('never')}</option>
        <option value="until">${t('on a day')}</option>
        <option value="count">${t('after a number of times')}</option>
      </select>
    </label>
    ${rule.ends === 'until' &&
    html`<input
      type="date"
      required
      aria-label=${t('Last day')}
      min=${day}
      max="2999-12-31"
      value=${rule.until}
      onChange=${(event) => isDay(event.target.value) && onChange({ until: event.target.value })}
    />`}
    ${rule.ends === 'count' &&
    html`<input
      type="number"
      required
      aria-label=${t('Number of times')}
      min="1"
      max=${LARGEST_COUNT}
      value=${rule.count}
      onInput=${(event) => onChange({ count: bounded(event.target.value, LARGEST_COUNT) })}
    />`}
  </div>`;
}

function plain(day) {
  return {
    freq: 'WEEKLY', interval: 1, weekdays: [weekdayOf(day)], monthly: null, ends: 'never', until: '', count: 0, weekStart: 1,
  };
}

// The day by its number, the last one, by its weekday from either end; and what was chosen before.
function waysInMonth(day, now) {
  const number = Number(day.slice(8));
  const weekday = weekdayOf(day);
  const isLastWeek = addDays(day, 7).slice(0, 7) !== day.slice(0, 7);
  const ways = [null, { day: number }, { day: -1 }, { nth: Math.ceil(number / 7), weekday }];
  if (isLastWeek) ways.push({ nth: -1, weekday });
  const isThere = ways.some((way) => JSON.stringify(way) === JSON.stringify(now));
  return isThere ? ways.slice(now ? 1 : 0) : [now, ...ways.slice(1)];
}

function bounded(text, largest) {
  return Math.min(largest, Math.max(1, Math.trunc(Number(text)) || 1));
}
