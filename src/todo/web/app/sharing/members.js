// The members of a list, and what each may do.
import { roleName } from '../field-words.js';
import { t } from '../i18n.js';
import { html, useState } from '../preact.js';
import { text } from '../problem-words.js';
import { navigate } from '../router.js';
import { session } from '../store/store.js';
import { Avatar } from './avatar.js';

const ROLES = ['owner', 'editor', 'viewer'];

export function Members({ members, isOwner, listId, change, send, onLeft }) {
  const [trouble, setTrouble] = useState(null);
  const me = session.value?.account?.id;
  const attempt = async (how, ...request) => {
    setTrouble(null);
    try {
      await how(...request);
      return true;
    } catch (problem) {
      setTrouble(text(problem));
      return false;
    }
  };
  const leave = async () => {
    if (await attempt(send, t('You left the list'), 'DELETE', `/v1/lists/${listId}/members/${me}`)) {
      onLeft();
      navigate('/today');
    }
  };
  if (!members) return html`<p class="muted" role="status">${t('Loading…')}</p>`;
  return html`<section class="share-part">
    <h3>${t('Members')}</h3>
    ${trouble && html`<p class="form-error" role="alert">${trouble}</p>`}
    <ul class="rows">
      ${members.map((member) => {
        const name = member.name || member.email || t('Somebody');
        const isMe = member.account_id === me;
        const path = `/v1/lists/${listId}/members/${member.account_id}`;
        return html`<li key=${member.account_id} class="share-row">
          <${Avatar} id=${member.account_id} name=${name} />
          <div class="share-who">
            <bdi>${name}</bdi>${isMe && html` <span class="muted">${t('(you)')}</span>`}
            ${member.email && member.email !== name && html`<div class="muted"><bdi>${member.email}</bdi></div>`}
          </div>
          ${isOwner
            ? html`<select
                class="share-role"
                aria-label=${t('What {name} may do', { name })}
                value=${member.role}
                onChange=${(event) =>
                  attempt(change, t('{name} has another role now', { name }), 'PUT', path, { role: event.target.value })}
              >
                ${ROLES.map((role) => html`<option key=${role} value=${role}>${roleName(role)}</option>`)}
              </select>`
            : html`<span class="muted">${roleName(member.role)}</span>`}
          ${isOwner &&
          !isMe &&
          html`<button
            type="button"
            class="button"
            aria-label=${t('Take {name} off the list', { name })}
            onClick=${() => attempt(change, t('{name} is off the list', { name }), 'DELETE', path)}
          >
            ${t('Remove')}
          </button>`}
        </li>`;
      })}
    </ul>
    ${me &&
    members.length > 1 &&
    html`<p><button type="button" class="link-button" onClick=${leave}>${t('Leave this list')}</button></p>`}
  </section>`;
}
