// Picks when a task is due: the day, the time and its zone, and how it recurs.
import { weekdayName } from '../calendar.js';
import { fromDue, toDue } from '../date-words.js';
import { addDays, dueText, shortDate, weekdayOf, zoneName } from '../dates.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { minute, today, zone } from '../now.js';
import { html, useLayoutEffect, useRef, useState } from '../preact.js';
import { recurrenceText } from '../recurrence-words.js';
import { understand } from '../understand.js';
import { MonthGrid } from '../ui/month-grid.js';
import { Picker } from './picker.js';
import { RecurrenceChoice } from './recurrence-choice.js';
import { ZoneChoice } from './zone-choice.js';

/**
 * `value` is the due as the API has it, or null. Picking a day picks it at once, with the time and the recurrence that
 * are shown. Whoever presses elsewhere keeps what was changed; Escape gives it up.
 */
export function DuePicker({ anchor, value, onPick, onClose }) {
  const [draft, setDraft] = useState(() => fromDue(value));
  const [page, setPage] = useState('day');
  const box = useRef(null);
  const opened = useRef('day');
  const made = whole(draft);
  const isChanged = JSON.stringify(made) !== JSON.stringify(whole(fromDue(value)));
  useLayoutEffect(() => {
    if (page === opened.current) return;
    const from = opened.current;
    opened.current = page;
    focusOn(box.current, page, from);
  }, [page]);

  const pick = (due) => {
    onPick(due);
    onClose();
  };
  const close = (why) => {
    if (why === 'elsewhere' && isChanged) onPick(made);
    onClose();
  };
  const change = (changes) => setDraft({ ...draft, date: draft.date || today.value, ...changes });
  const back = (changes = {}) => {
    if (Object.keys(changes).length) change(changes);
    setPage('day');
  };
  const pages = {
    day: () => html`<${DayPage}
      value=${value}
      draft=${draft}
      isChanged=${isChanged}
      onPick=${pick}
      onChange=${change}
      onOpen=${setPage}
    />`,
    zone: () => html`<${ZoneChoice}
      value=${draft.timeZone || zone.value}
      onPick=${(timeZone) => back({ timeZone })}
      onBack=${() => back()}
    />`,
    recurrence: () => html`<${RecurrenceChoice}
      value=${draft.recurrence}
      day=${draft.date || today.value}
      onPick=${(recurrence) => back({ recurrence })}
      onBack=${() => back()}
    />`,
  };
  return html`<${Picker} anchor=${anchor} label=${t('Due')} onClose=${close}>
    <div class="due-picker" ref=${box}>${pages[page]()}</div>
  <//>`;
}

// The due that a draft says, as the API takes it.
function whole(draft) {
  return toDue({ ...draft, timeZone: draft.timeZone || zone.value });
}

function focusOn(box, page, from) {
  if (page !== 'day') {
    const isTouched = matchMedia('(pointer: coarse)').matches;
    box.querySelector(isTouched ? 'button' : '[data-first]')?.focus();
  } else {
    (box.querySelector('.due-save') ?? box.querySelector(`[data-opens="${from}"]`)).focus();
  }
}

function DayPage({ value, draft, isChanged, onPick, onChange, onOpen }) {
  const pickDay = (date) => onPick(whole({ ...draft, date }));
  const zoneShown = draft.timeZone || zone.value;
  return html`<${WrittenDue} onPick=${onPick} />
    <div class="due-quick">
      ${quickDays().map(
        ({ date, label }) => html`<button key=${label} type="button" class="due-day" onClick=${() => pickDay(date)}>
          <span>${label}</span><span class="muted">${weekdayName(weekdayOf(date), 'short')}</span>
        </button>`,
      )}
      <button type="button" class="due-day" disabled=${!value && !draft.date} onClick=${() => onPick(null)}>
        <span>${t('No date')}</span>
      </button>
    </div>
    <${MonthGrid} value=${draft.date} today=${today.value} onPick=${pickDay} />
    <div class="due-time">
      <label>
        <span class="label-text">${t('Time')}</span>
        <input
          type="time"
          value=${draft.time}
          onChange=${(event) => onChange({ time: event.target.value, timeZone: zoneShown })}
        />
      </label>
      ${draft.time &&
      html`<button
          type="button"
          class="button"
          data-opens="zone"
          aria-label=${t('Time zone: {zone}', { zone: zoneName(zoneShown) })}
          onClick=${() => onOpen('zone')}
        >
          <bdi>${zoneName(zoneShown)}</bdi>
        </button>
        <button
          type="button"
          class="icon-button"
          aria-label=${t('Take the time away')}
          onClick=${() => onChange({ time: '', timeZone: '' })}
        >
          ${icon('close')}
        </button>`}
    </div>
    <button type="button" class="due-recurrence" data-opens="recurrence" onClick=${() => onOpen('recurrence')}>
      ${icon('repeat')}
      <span>${draft.recurrence ? recurrenceText(draft.recurrence, { timeZone: zoneShown }) : t('Does not repeat')}</span>
      ${icon('chevron')}
    </button>
    ${isChanged &&
    html`<button type="button" class="button primary due-save" onClick=${() => onPick(whole(draft))}>
      ${t('Save')}${draft.date && html`<span>${said(whole(draft))}</span>`}
    </button>`}`;
}

function WrittenDue({ onPick }) {
  const [line, setLine] = useState('');
  // A line that is nothing but a due would be taken for a title.
  const due = line.trim() ? understand(`x ${line}`).due : null;
  const onKeyDown = (event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    if (due) onPick(due);
  };
  return html`<input
      class="due-line"
      data-first
      autocomplete="off"
      maxlength="200"
      value=${line}
      aria-label=${t('Write when it is due')}
      aria-describedby="due-understood"
      placeholder=${t('Such as: next Friday 9:00')}
      onInput=${(event) => setLine(event.target.value)}
      onKeyDown=${onKeyDown}
    />
    <p id="due-understood" class="due-understood" role="status">
      ${due
        ? html`<button type="button" class="link-button" onClick=${() => onPick(due)}>${fully(due)}</button>`
        : line.trim() && t('This is no date yet')}
    </p>`;
}

function quickDays() {
  const first = today.value;
  const weekday = weekdayOf(first);
  return [
    { date: first, label: t('Today') },
    { date: addDays(first, 1), label: t('Tomorrow') },
    { date: addDays(first, weekday < 6 ? 6 - weekday : 13 - weekday), label: weekday < 6 ? t('Weekend') : t('Next weekend') },
    { date: addDays(first, 8 - weekday), label: t('Next week') },
  ];
}

function said(due) {
  return due.at ? dueText(due, reader()).text : shortDate(due.date, minute.value, zone.value);
}

function fully(due) {
  const { full } = dueText(due, reader());
  return due.recurrence ? t('{due}, {recurrence}', { due: full, recurrence: recurrenceText(due.recurrence) }) : full;
}

function reader() {
  return { now: minute.value, timeZone: zone.value };
}
