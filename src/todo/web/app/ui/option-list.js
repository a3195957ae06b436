// Options to choose one or several of, found by writing: a combobox, or a list alone where there are few.
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { html, useEffect, useId, useRef, useState } from '../preact.js';

// More than anybody reads: whoever has more writes what it is called.
const MOST_SHOWN = 100;

/**
 * `options`: `{id, label, detail, describe, drawing, mark, key}`; `chosen` and `partly` are ids. `several` shows boxes to
 * tick; `describe()` makes the detail of those that are shown.
 * `onChoose(id)` is called on Enter or a press. With `onMake(text)`, what was written and is not there can be made.
 * Without `canSearch` the list itself takes the keys, and an option's `key` chooses it.
 */
export function OptionList({
  label, options, chosen = [], partly = [], several = false, canSearch = true, makeLabel = null, maxLength = 200,
  onMake = null, onChoose,
}) {
  const id = useId();
  const list = useRef(null);
  const [text, setText] = useState('');
  const [active, setActive] = useState(null);
  const wanted = folded(text.trim());
  const found = options.filter((option) => folded(`${option.label} ${option.detail ?? ''}`).includes(wanted));
  const shown = found.slice(0, MOST_SHOWN);
  const canMake = onMake && wanted && !options.some((option) => folded(option.label) === wanted);
  const all = canMake ? [...shown, { id: MAKE, label: makeLabel(text.trim()), drawing: 'add' }] : shown;
  const start = wanted ? 0 : all.findIndex((option) => chosen.includes(option.id));
  const at = Math.max(0, active === null ? start : all.findIndex((option) => option.id === active));

  useEffect(() => {
    list.current.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest' });
  }, [at, wanted]);

  const choose = (option) => {
    if (!option) return;
    setActive(option.id);
    if (option.id !== MAKE) return onChoose(option.id);
    setText('');
    return onMake(text.trim());
  };
  const onKeyDown = (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const keyed = !canSearch && all.find((option) => option.key === event.key);
    if (keyed) {
      event.preventDefault();
      choose(keyed);
    } else if (event.key === 'Enter' || (event.key === ' ' && !canSearch)) {
      event.preventDefault();
      choose(all[at]);
    } else {
      const to = target(event.key, at, all.length, canSearch);
      if (to === null) return;
      event.preventDefault();
      setActive(all[to].id);
    }
  };
  const onInput = (event) => {
    setText(event.target.value);
    setActive(null);
  };
  const activeId = all.length ? `${id}-${at}` : undefined;
  return html`<div class="choices">
    ${canSearch &&
    html`<input
      class="choices-search"
      role="combobox"
      data-first
      autocomplete="off"
      autocapitalize="off"
      spellcheck=${false}
      maxlength=${maxLength}
      value=${text}
      aria-label=${label}
      aria-autocomplete="list"
      aria-expanded="true"
      aria-controls=${id}
      aria-activedescendant=${activeId}
      placeholder=${onMake ? t('Find or make') : t('Find')}
      onInput=${onInput}
      onKeyDown=${onKeyDown}
    />`}
    <ul
      ref=${list}
      id=${id}
      class="choices-list"
      role="listbox"
      aria-label=${label}
      aria-multiselectable=${several || undefined}
      data-first=${!canSearch || undefined}
      tabindex=${canSearch ? undefined : 0}
      aria-activedescendant=${canSearch ? undefined : activeId}
      onKeyDown=${canSearch ? undefined : onKeyDown}
    >
      ${all.map(
        (option, index) => html`<${Option}
          key=${option.id}
          id=${`${id}-${index}`}
          option=${option}
          state=${partly.includes(option.id) ? 'mixed' : String(chosen.includes(option.id))}
          several=${several && option.id !== MAKE}
          isActive=${index === at}
          onChoose=${() => choose(option)}
        />`,
      )}
    </ul>
    ${!all.length && html`<p class="choices-none" role="status">${t('Nothing is called like this')}</p>`}
    ${found.length > MOST_SHOWN &&
    html`<p class="choices-none">${t('Write more of it to see the others')}</p>`}
  </div>`;
}

const MAKE = '\0make';

function Option({ id, option, state, several, isActive, onChoose }) {
  // The focus stays where it is: on the line that is written in.
  const keep = (event) => event.preventDefault();
  const detail = option.detail ?? option.describe?.();
  return html`<li
    id=${id}
    class="choice"
    role="option"
    data-active=${isActive || undefined}
    aria-selected=${several ? undefined : state === 'true'}
    aria-checked=${several ? state : undefined}
    onMouseDown=${keep}
    onClick=${onChoose}
  >
    ${several && html`<span class="choice-box" data-state=${state}>${icon(state === 'mixed' ? 'minus' : 'check')}</span>`}
    ${option.mark ?? (option.drawing && icon(option.drawing))}
    <span class="choice-text"><bdi>${option.label}</bdi>${' '}
      ${detail && html`<span class="choice-detail">${detail}</span>`}</span>
    ${option.key && html`<kbd aria-hidden="true">${option.key}</kbd>`}
    ${!several && state === 'true' && html`<span class="choice-tick">${icon('check')}</span>`}
  </li>`;
}

/** The text without case and accents, to be compared. */
export function folded(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

function target(key, at, count, canSearch) {
  if (!count) return null;
  if (key === 'ArrowDown') return (at + 1) % count;
  if (key === 'ArrowUp') return (at - 1 + count) % count;
  if (key === 'PageDown') return Math.min(at + 8, count - 1);
  if (key === 'PageUp') return Math.max(at - 8, 0);
  // In a line that is written in, these two move the cursor.
  if (key === 'Home' && !canSearch) return 0;
  return key === 'End' && !canSearch ? count - 1 : null;
}
