// A month to pick a day from, by the date grid of the WAI-ARIA Authoring Practices.
import { monthGrid, monthText, startOfWeek, weekdays } from '../calendar.js';
import { addDays, addMonths, longDate } from '../dates.js';
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { html, useEffect, useId, useLayoutEffect, useRef, useState } from '../preact.js';

/** `value` is the day that is picked, or "". `today` is marked. `onPick(day)`. */
export function MonthGrid({ value, today, onPick }) {
  const name = useId();
  const grid = useRef(null);
  const [day, setDay] = useState(value || today);
  const takesFocus = useRef(false);
  useEffect(() => setDay(value || today), [value, today]);
  useLayoutEffect(() => {
    if (takesFocus.current) grid.current.querySelector('[tabindex="0"]').focus();
    takesFocus.current = false;
  }, [day]);
  const onKeyDown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onPick(day);
      return;
    }
    const isReversed = getComputedStyle(grid.current).direction === 'rtl';
    const to = target(event, day, isReversed);
    if (!to) return;
    event.preventDefault();
    takesFocus.current = to !== day;
    setDay(to);
  };
  return html`<div class="month">
    <div class="month-head">
      <button type="button" class="icon-button" aria-label=${t('Previous month')} onClick=${() => setDay(addMonths(day, -1))}>
        ${icon('back')}
      </button>
      <h2 id=${name} aria-live="polite">${monthText(day)}</h2>
      <button type="button" class="icon-button" aria-label=${t('Next month')} onClick=${() => setDay(addMonths(day, 1))}>
        ${icon('chevron')}
      </button>
    </div>
    <table ref=${grid} role="grid" aria-labelledby=${name} onKeyDown=${onKeyDown}>
      <thead>
        <tr>
          ${weekdays().map(({ day: number, short, long }) => html`<th key=${number} scope="col" abbr=${long}>${short}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${monthGrid(day).map(
          (week) => html`<tr key=${week[0].date}>
            ${week.map(
              ({ date, number, isInMonth }) => html`<td
                key=${date}
                role="gridcell"
                class="month-day"
                data-day=${date}
                data-outside=${!isInMonth || undefined}
                tabindex=${date === day ? 0 : -1}
                aria-selected=${date === value}
                aria-current=${date === today ? 'date' : undefined}
                aria-label=${longDate(date)}
                onClick=${() => onPick(date)}
              >
                ${number}
              </td>`,
            )}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function target({ key, shiftKey }, day, isReversed) {
  const forward = isReversed ? -1 : 1;
  switch (key) {
    case 'ArrowRight':
      return addDays(day, forward);
    case 'ArrowLeft':
      return addDays(day, -forward);
    case 'ArrowDown':
      return addDays(day, 7);
    case 'ArrowUp':
      return addDays(day, -7);
    case 'PageDown':
      return addMonths(day, shiftKey ? 12 : 1);
    case 'PageUp':
      return addMonths(day, shiftKey ? -12 : -1);
    case 'Home':
      return startOfWeek(day);
    case 'End':
      return addDays(startOfWeek(day), 6);
    default:
      return null;
  }
}
