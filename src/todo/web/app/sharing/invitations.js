// Inviting by mail, and the invitations that nobody took yet.
import { relativeText } from '../date-words.js';
import { roleName } from '../field-words.js';
import { t } from '../i18n.js';
import { now, zone } from '../now.js';
import { html } from '../preact.js';
import { Field } from '../ui/field.js';
import { FormError, useForm } from '../ui/form.js';

export function Invitations({ invitations, listId, change }) {
  const { form, wrong, general, isSending } = useForm({
    check: ({ email }) => ({ email: email.trim() ? null : t('Write the address to invite.') }),
    send: async ({ email, role }) => {
      const body = { email: email.trim(), role };
      await change(t('Invited {name}', { name: body.email }), 'POST', `/v1/lists/${listId}/invitations`, body);
      form.ref.current.reset();
    },
  });
  return html`<section class="share-part">
    <h3>${t('Invite by mail')}</h3>
    <form class="share-form" ...${form}>
      <${FormError} text=${general} />
      <${Field} label=${t('Email')} name="email" type="email" autocomplete="off" error=${wrong.email} />
      <div class="field">
        <label for="invite-role">${t('Role')}</label>
        <select id="invite-role" name="role">
          <option value="editor">${roleName('editor')}</option>
          <option value="viewer">${roleName('viewer')}</option>
          <option value="owner">${roleName('owner')}</option>
        </select>
      </div>
      <button class="button primary" aria-disabled=${isSending}>${t('Invite')}</button>
    </form>
    ${invitations.length > 0 &&
    html`<ul class="rows" aria-label=${t('Open invitations')}>
      ${invitations.map(
        (each) => html`<li key=${each.id} class="share-row">
          <div class="share-who">
            <bdi>${each.email}</bdi>
            <div class="muted">
              ${roleName(each.role)} · ${t('expires {when}', { when: relativeText(each.expires_at, now.value, zone.value) })}
            </div>
          </div>
          <button
            type="button"
            class="button"
            aria-label=${t('Withdraw the invitation of {name}', { name: each.email })}
            onClick=${() => change(t('Withdrew the invitation'), 'DELETE', each.url)}
          >
            ${t('Withdraw')}
          </button>
        </li>`,
      )}
    </ul>`}
  </section>`;
}
