// Who else has the list open now.
import { listText } from '../date-words.js';
import { t } from '../i18n.js';
import { html } from '../preact.js';
import { membersOf, presentIn, session } from '../store/store.js';
import { Avatar } from './avatar.js';

const MOST = 4;

export function Presence({ listId }) {
  const me = session.value?.account?.id;
  // Whoever holds a link is there as the link, and does not know by which id.
  const others = presentIn(listId)
    .filter(({ id }) => (me ? id !== me : membersOf(listId).some((member) => member.account_id === id)))
    .map(({ id, name }) => ({ id, name: name || t('Somebody') }));
  if (!others.length) return null;
  const here = t('Here now: {names}', { names: listText(others.map(({ name }) => name)) });
  return html`<span class="presence" role="img" aria-label=${here} title=${here}>
    ${others.slice(0, MOST).map(({ id, name }) => html`<${Avatar} key=${id} id=${id} name=${name} />`)}
    ${others.length > MOST && html`<span class="presence-more">+${others.length - MOST}</span>`}
  </span>`;
}
