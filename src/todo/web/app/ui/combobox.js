// A text that is one of many: written, or chosen from those that fit, by the pattern of the Authoring Practices.
import { html, useEffect, useId, useRef, useState } from '../preact.js';

const MOST_SHOWN = 50;

/** `options` are `{value, text}`; a form gets the value of the one that was chosen, under `name`. */
export function Combobox({ label, name, value, options, hint = null, error = null }) {
  const [chosen, setChosen] = useState(value);
  const [written, setWritten] = useState(null);
  const [at, setAt] = useState(0);
  const list = useRef(null);
  const id = useId();
  const isOpen = written !== null;
  const textOf = (wanted) => options.find((each) => each.value === wanted)?.text ?? wanted;
  const fitting = isOpen ? fit(options, written, chosen) : [];
  useEffect(() => setChosen(value), [value]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [at, isOpen]);
  const open = () => {
    setWritten('');
    setAt(0);
  };
  const choose = (option) => {
    if (option) setChosen(option.value);
    setWritten(null);
  };
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!isOpen) open();
      else setAt((at + (event.key === 'ArrowDown' ? 1 : -1) + fitting.length) % Math.max(1, fitting.length));
    } else if (event.key === 'Enter' && isOpen) {
      event.preventDefault();
      choose(fitting[at]);
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      setWritten(null);
    }
  };
  return html`<div class="field combobox">
    <label for=${id}>${label}</label>
    <input type="hidden" name=${name} value=${chosen} />
    <div class="combobox-line">
      <input
        id=${id}
        role="combobox"
        aria-expanded=${isOpen}
        aria-controls=${`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant=${isOpen && fitting[at] ? `${id}-${at}` : undefined}
        aria-invalid=${error ? 'true' : undefined}
        aria-describedby=${`${id}-more`}
        autocomplete="off"
        spellcheck=${false}
        placeholder=${textOf(chosen)}
        value=${written === null ? textOf(chosen) : written}
        onClick=${() => !isOpen && open()}
        onInput=${(event) => {
          setWritten(event.target.value);
          setAt(0);
        }}
        onKeyDown=${onKeyDown}
        onBlur=${() => isOpen && choose(written.trim() ? fitting[at] : null)}
      />
      <ul id=${`${id}-list`} ref=${list} class="options" role="listbox" aria-label=${label} hidden=${!isOpen || !fitting.length}>
        ${fitting.map(
          (option, index) => html`<li
            key=${option.value}
            id=${`${id}-${index}`}
            role="option"
            class="option"
            aria-selected=${index === at}
            onPointerDown=${(event) => event.preventDefault()}
            onClick=${() => choose(option)}
          >
            ${option.text}
          </li>`,
        )}
      </ul>
    </div>
    <p id=${`${id}-more`} class=${error ? 'field-error' : 'field-hint'}>${error ?? hint}</p>
  </div>`;
}

// Every word that was written is somewhere in the text, whatever its case and accents. First is the one chosen so far.
function fit(options, written, chosen) {
  const words = plain(written).split(/\s+/).filter(Boolean);
  const sorted = [...options].sort((a, b) => Number(b.value === chosen) - Number(a.value === chosen));
  return sorted.filter(({ text }) => words.every((word) => plain(text).includes(word))).slice(0, MOST_SHOWN);
}

function plain(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll(/[_/]/g, ' ').toLowerCase();
}
