// Making a token. Its secret is shown once: the service does not know it afterwards.
import { announce } from '../announce.js';
import { addDays, instant, today } from '../dates.js';
import { t } from '../i18n.js';
import { now, zone } from '../now.js';
import { html, useState } from '../preact.js';
import { request } from '../store/api.js';
import { Field } from '../ui/field.js';
import { FormError, useForm } from '../ui/form.js';
import { Secret } from '../ui/secret.js';

/** `onMade` is called when there is another one. */
export function NewToken({ onMade }) {
  const [made, setMade] = useState(null);
  const { form, wrong, general, isSending } = useForm({
    check: ({ name }) => ({ name: name.trim() ? null : t('Write what it is for.') }),
    send: async ({ name, access, days }) => {
      const body = { name: name.trim(), access, expires_at: days === 'never' ? null : inDays(Number(days)) };
      const reply = await request('POST', '/v1/tokens', { body });
      form.ref.current.reset();
      setMade(reply.body);
      announce(t('The token is made. Copy its secret now.'));
      onMade();
    },
  });
  return html`
    ${made && html`<${Secret}
      key=${made.id}
      label=${t('The secret of “{name}”', { name: made.name })}
      text=${t('Copy the secret of “{name}” now. It is not shown again.', { name: made.name })}
      secret=${made.secret}
      onClose=${() => setMade(null)}
    />`}
    <form class="new-token" ...${form}>
      <h4>${t('Make a token')}</h4>
      <${FormError} text=${general} />
      <${Field} label=${t('What it is for')} name="name" autocomplete="off" maxlength="120" error=${wrong.name} />
      <div class="field">
        <label for="new-token-access">${t('It may')}</label>
        <select id="new-token-access" name="access">
          <option value="read">${t('read')}</option>
          <option value="write">${t('read and change')}</option>
        </select>
      </div>
      <div class="field">
        <label for="new-token-days">${t('It is good for')}</label>
        <select id="new-token-days" name="days">
          <option value="30">${t('30 days')}</option>
          <option value="90" defaultSelected>${t('90 days')}</option>
          <option value="365">${t('a year')}</option>
          <option value="never">${t('ever, until you revoke it')}</option>
        </select>
      </div>
      <div class="form-actions">
        <button class="button primary" aria-disabled=${isSending}>${t('Make the token')}</button>
      </div>
    </form>
  `;
}

// The end of the day so many days from now, by the person's clock.
function inDays(count) {
  const day = addDays(today(now.peek(), zone.peek()), count);
  return new Date(instant(day, '23:59', zone.peek())).toISOString();
}
