// A password, which can be shown while it is written. Password managers know it by `autocomplete`.
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { html, useId, useState } from '../preact.js';

/** `input` are the attributes of the `<input>`. */
export function PasswordField({ label, hint = null, error = null, ...input }) {
  const [isShown, setShown] = useState(false);
  const id = useId();
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <div class="password">
      <input
        id=${id}
        type=${isShown ? 'text' : 'password'}
        maxlength="1024"
        autocapitalize="none"
        spellcheck=${false}
        aria-invalid=${error ? 'true' : undefined}
        aria-describedby=${`${id}-more`}
        ...${input}
      />
      <button
        type="button"
        class="icon-button"
        aria-label=${t('Show the password')}
        aria-pressed=${isShown}
        onClick=${() => setShown(!isShown)}
      >
        ${icon(isShown ? 'shown' : 'concealed')}
      </button>
    </div>
    <p id=${`${id}-more`} class=${error ? 'field-error' : 'field-hint'}>${error ?? hint}</p>
  </div>`;
}
