// Secret links: whoever has one sees the list, with no account.
import { relativeText } from '../date-words.js';
import { addDays, instant, today } from '../dates.js';
import { roleName } from '../field-words.js';
import { t } from '../i18n.js';
import { now, zone } from '../now.js';
import { html, useState } from '../preact.js';
import { FormError, useForm } from '../ui/form.js';
import { Secret } from '../ui/secret.js';

export function Links({ links, listId, change }) {
  const [made, setMade] = useState(null);
  const { form, general, isSending } = useForm({
    send: async ({ role, days }) => {
      const body = { role, expires_at: days === 'never' ? null : endOfDay(Number(days)) };
      setMade(await change(t('Made a secret link'), 'POST', `/v1/lists/${listId}/links`, body));
    },
  });
  return html`<section class="share-part">
    <h3>${t('Share by a secret link')}</h3>
    <p class="muted">${t('Whoever has the link sees this list, and nothing else, without an account.')}</p>
    ${made &&
    html`<${Secret}
      key=${made.id}
      label=${t('The secret link')}
      text=${t('Copy the link now. It is not shown again.')}
      secret=${location.origin + made.fragment}
      onClose=${() => setMade(null)}
    />`}
    <form class="share-form" ...${form}>
      <${FormError} text=${general} />
      <div class="field">
        <label for="link-role">${t('Whoever has it')}</label>
        <select id="link-role" name="role">
          <option value="viewer">${roleName('viewer')}</option>
          <option value="editor">${roleName('editor')}</option>
        </select>
      </div>
      <div class="field">
        <label for="link-days">${t('It is good for')}</label>
        <select id="link-days" name="days">
          <option value="7">${t('7 days')}</option>
          <option value="30" selected>${t('30 days')}</option>
          <option value="365">${t('a year')}</option>
          <option value="never">${t('ever, until you revoke it')}</option>
        </select>
      </div>
      <button class="button" aria-disabled=${isSending}>${t('Make a link')}</button>
    </form>
    ${links.length > 0 &&
    html`<ul class="rows" aria-label=${t('Secret links')}>
      ${links.map(
        (link) => html`<li key=${link.id} class="share-row">
          <div class="share-who">
            <bdi>${link.name || roleName(link.role)}</bdi>
            <div class="muted">
              ${t('made {when}', { when: relativeText(link.created_at, now.value, zone.value) })}
              ${link.expires_at && ` · ${t('expires {when}', { when: relativeText(link.expires_at, now.value, zone.value) })}`}
            </div>
          </div>
          <button
            type="button"
            class="button"
            aria-label=${t('Revoke the link “{name}”', { name: link.name || roleName(link.role) })}
            onClick=${() => change(t('Revoked the link'), 'DELETE', link.url)}
          >
            ${t('Revoke')}
          </button>
        </li>`,
      )}
    </ul>`}
  </section>`;
}

function endOfDay(count) {
  return new Date(instant(addDays(today(now.peek(), zone.peek()), count), '23:59', zone.peek())).toISOString();
}
