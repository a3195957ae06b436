// Who sees a list: its members, invitations that are open, secret links.
import { t } from '../i18n.js';
import { html, useEffect, useState } from '../preact.js';
import { text } from '../problem-words.js';
import { request } from '../store/api.js';
import { findList, newId, session } from '../store/store.js';
import { toast } from '../toasts.js';
import { Dialog } from '../ui/dialog.js';
import { Invitations } from './invitations.js';
import { Links } from './links.js';
import { Members } from './members.js';

/** The dialog for one list; what one may only look at has no buttons. */
export function ShareDialog({ listId, onClose }) {
  const list = findList(listId);
  const isOwner = list?.role === 'owner' && session.value?.kind === 'person';
  const shared = useShared(listId, isOwner);
  if (!list) return null;
  return html`<${Dialog} title=${t('Who sees “{title}”', { title: list.title })} onClose=${onClose}>
    ${shared.error && html`<p class="form-error" role="alert">${text(shared.error)}</p>`}
    <${Members} members=${shared.members} isOwner=${isOwner} listId=${listId} change=${shared.change} send=${shared.send} onLeft=${onClose} />
    ${isOwner &&
    html`<${Invitations} invitations=${shared.invitations} listId=${listId} change=${shared.change} />
      <${Links} links=${shared.links} listId=${listId} change=${shared.change} />`}
  <//>`;
}

// What the service says, and a way to change it: `change(says, method, path, body)` gives what it replies. `send` does
// so where there is nothing to see afterwards.
function useShared(listId, isOwner) {
  const [state, setState] = useState({ members: null, invitations: [], links: [], error: null });
  const load = async () => {
    try {
      const parts = isOwner ? ['members', 'invitations', 'links'] : ['members'];
      const replies = await Promise.all(parts.map((part) => request('GET', `/v1/lists/${listId}/${part}`)));
      const found = Object.fromEntries(parts.map((part, index) => [part, replies[index].body]));
      setState((before) => ({ ...before, ...found, error: null }));
    } catch (error) {
      setState((before) => ({ ...before, error }));
    }
  };
  useEffect(() => {
    load();
  }, [listId, isOwner]);
  const send = async (says, method, path, body) => {
    const reply = await request(method, path, { body, headers: { 'Idempotency-Key': newId() } });
    toast(says);
    return reply.body;
  };
  const change = async (...asked) => {
    const reply = await send(...asked);
    await load();
    return reply;
  };
  return { ...state, change, send };
}
