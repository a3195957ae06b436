// Secret addresses at which calendar programs find tasks.
import { announce } from '../announce.js';
import { relativeText } from '../date-words.js';
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { now, zone } from '../now.js';
import { usePaged } from '../paged.js';
import { html, useState } from '../preact.js';
import { text } from '../problem-words.js';
import { request } from '../store/api.js';
import { allLists, findList, newId } from '../store/store.js';
import { toast } from '../toasts.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';
import { FormError, useForm } from '../ui/form.js';
import { Secret } from '../ui/secret.js';

/** `listId` is of which list one is made first, null for all. */
export function FeedsDialog({ listId, onClose }) {
  const feeds = usePaged('/v1/feeds');
  const [made, setMade] = useState(null);
  const revoke = async (feed) => {
    try {
      await request('DELETE', feed.url, { headers: { 'Idempotency-Key': newId() } });
      toast(t('Revoked the address'));
      if (made?.id === feed.id) setMade(null);
    } catch (problem) {
      toast(text(problem), { kind: 'warning' });
    }
    feeds.reload();
  };
  return html`<${Dialog} title=${t('Calendar addresses')} onClose=${onClose}>
    <p class="muted">${t('A calendar program that subscribes to an address shows what is due, and keeps up. Whoever has the address sees it, without an account.')}</p>
    ${made && html`<${Made} key=${made.id} feed=${made} onClose=${() => setMade(null)} />`}
    <${NewFeed}
      listId=${listId}
      onMade=${(feed) => {
        setMade(feed);
        feeds.reload();
      }}
    />
    ${feeds.error && html`<p class="form-error" role="alert">${text(feeds.error)}</p>`}
    ${feeds.items.length > 0 &&
    html`<ul class="rows" aria-label=${t('Calendar addresses')}>
      ${feeds.items.map((feed) => html`<${Row} key=${feed.id} feed=${feed} onRevoke=${() => revoke(feed)} />`)}
    </ul>`}
  <//>`;
}

function Made({ feed, onClose }) {
  const address = new URL(feed.url, location.href).href;
  return html`<${Secret}
      label=${t('The address of “{name}”', { name: feed.name })}
      text=${t('Copy the address now. It is not shown again.')}
      secret=${address}
      onClose=${onClose}
    />
    <p class="transfer-part"><a href=${address.replace(/^https?:/, 'webcal:')}>${icon('calendar')} ${t('Open it in this device’s calendar')}</a></p>`;
}

function NewFeed({ listId, onMade }) {
  const [what, setWhat] = useState(listId ?? 'due');
  const { form, wrong, general, isSending } = useForm({
    send: async ({ name }) => {
      const body = { name: name.trim(), ...(['due', 'today'].includes(what) ? { shows: what } : { shows: 'list', list_id: what }) };
      const reply = await request('POST', '/v1/feeds', { body, headers: { 'Idempotency-Key': newId() } });
      form.ref.current.reset();
      announce(t('The address is made. Copy it now.'));
      onMade(reply.body);
    },
  });
  return html`<form class="share-form" ...${form}>
    <${FormError} text=${general} />
    <div class="field">
      <label for="feed-what">${t('What it shows')}</label>
      <select id="feed-what" onChange=${(event) => setWhat(event.target.value)}>
        <option value="due" selected=${what === 'due'}>${t('Everything that is due')}</option>
        <option value="today" selected=${what === 'today'}>${t('Today')}</option>
        ${allLists().map(
          ({ id, title }) => html`<option key=${id} value=${id} selected=${what === id}>${t('The list “{title}”', { title })}</option>`,
        )}
      </select>
    </div>
    <${Field} label=${t('Name')} name="name" autocomplete="off" maxlength="120" error=${wrong.name} />
    <button class="button primary" aria-disabled=${isSending}>${t('Make an address')}</button>
  </form>`;
}

function Row({ feed, onRevoke }) {
  const { name, shows, list_id: id, created_at: made } = feed;
  const list = findList(id)?.title;
  const what = { due: t('Everything that is due'), today: t('Today'), list: list && t('The list “{title}”', { title: list }) }[shows];
  return html`<li class="share-row">
    <div class="share-who">
      <bdi>${name || what}</bdi>
      <div class="muted">
        ${what ?? t('A list that is not there any more')} · ${t('made {when}', { when: relativeText(made, now.value, zone.value) })}
      </div>
    </div>
    <button type="button" class="button" aria-label=${t('Revoke the address “{name}”', { name: name || what || '' })} onClick=${onRevoke}>
      ${t('Revoke')}
    </button>
  </li>`;
}
