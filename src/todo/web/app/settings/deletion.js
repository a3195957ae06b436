// Deleting one's account: at once and for good, once it is clear what that takes along.
import { forget } from '../entrance.js';
import { t, tn } from '../i18n.js';
import { html } from '../preact.js';
import { request } from '../store/api.js';
import { allLists, membersOf, session, tasksIn } from '../store/store.js';
import { openExport } from '../transfer/opened.js';
import { Field } from '../ui/field.js';
import { FormError, useForm } from '../ui/form.js';

export function DeletionSection() {
  const { account } = session.value;
  const lists = allLists();
  const lost = lists.filter((list) => isLost(list, account.id));
  const left = lists.filter((list) => !isLost(list, account.id));
  const { form, wrong, general, isSending } = useForm({
    check: ({ email }) => ({
      email:
        email.trim().toLowerCase() === account.email.toLowerCase() ? null : t('Write {email}.', { email: account.email }),
    }),
    send: async () => {
      await request('DELETE', '/v1/me');
      await forget('/');
    },
  });
  return html`<form class="settings-form" ...${form}>
    <p>${t('Your account and all that it alone owns are deleted at once and for good. Nobody can bring it back.')}</p>
    <p>
      ${t('To keep it yourself, take an archive of all of it first.')} <button type="button" class="link-button" onClick=${() => openExport(null, 'archive')}>${t('Download the archive')}</button>
    </p>
    ${lost.length > 0 &&
    html`<h3>${t('Deleted with it')}</h3>
      <ul class="bullets">
        ${lost.map((list) => html`<${Lost} key=${list.id} list=${list} />`)}
      </ul>`}
    ${left.length > 0 &&
    html`<h3>${t('Kept by others')}</h3>
      <ul class="bullets">
        ${left.map((list) => html`<li key=${list.id}><bdi>${list.title}</bdi></li>`)}
      </ul>`}
    <${FormError} text=${general} />
    <${Field}
      label=${t('Your address, to be sure')}
      name="email"
      type="email"
      autocomplete="off"
      autocapitalize="none"
      placeholder=${account.email}
      error=${wrong.email}
    />
    <div class="form-actions">
      <button class="button danger" aria-disabled=${isSending}>${t('Delete my account for good')}</button>
    </div>
  </form>`;
}

function Lost({ list }) {
  const others = membersOf(list.id).length - 1;
  const tasks = tn('{count} task', '{count} tasks', tasksIn(list.id).length);
  return html`<li>
    <bdi>${list.title}</bdi> (${tasks})
    ${others > 0 &&
    html` <strong>${tn('{count} other person loses it, too', '{count} other people lose it, too', others)}</strong>`}
  </li>`;
}

// A list goes on where somebody else owns it, too.
function isLost(list, me) {
  const owners = membersOf(list.id).filter(({ role }) => role === 'owner');
  return owners.some(({ account_id: id }) => id === me) && owners.every(({ account_id: id }) => id === me);
}
