// Files that go in and out, what this browser keeps, and what has not been sent yet.
import { numberText } from '../date-words.js';
import { t, tn } from '../i18n.js';
import { html, useEffect, useState } from '../preact.js';
import { allLists, allTasks, status } from '../store/store.js';
import { chooseFiles } from '../transfer/choosing.js';
import { recover } from '../transfer/importing.js';
import { openExport, openFeeds } from '../transfer/opened.js';

export function DataSection() {
  const { pending, storage, connection, left } = status.value;
  const [used, setUsed] = useState(null);
  useEffect(() => {
    recover(true).catch(() => {});
    navigator.storage?.estimate?.().then(({ usage }) => setUsed(usage), () => {});
  }, []);
  return html`<div class="settings-form">
    <h3>${t('In and out')}</h3>
    <p class="muted">${t('Files of other programs can also be dropped anywhere in the page.')}</p>
    <div class="form-actions">
      <button type="button" class="button" onClick=${() => chooseFiles()}>${t('Import a file…')}</button>
      <button type="button" class="button" onClick=${() => openExport()}>${t('Export…')}</button>
      <button type="button" class="button" onClick=${() => openFeeds()}>${t('Calendar addresses…')}</button>
    </div>
  </div>
  <div class="settings-form">
    <h3>${t('In this browser')}</h3>
    ${storage !== 'ok' && html`<p class="notice" data-kind="warning">${storageTrouble(storage)}</p>`}
    <dl class="facts">
      <div>
        <dt>${t('Unsent changes')}</dt>
        <dd>${unsentText(pending)} ${pending > 0 && connection === 'offline' && t('You are offline.')}</dd>
      </div>
      <div>
        <dt>${t('Kept for use without a network')}</dt>
        <dd>${contents()}</dd>
      </div>
      ${used > 0 &&
      html`<div>
        <dt>${t('Room that takes')}</dt>
        <dd>${t('{number} MB', { number: numberText(Math.ceil(used / 100_000) / 10) })}</dd>
      </div>`}
    </dl>
    ${left.map(
      ({ account, pending: count }) => html`<p key=${account?.id} class="notice" data-kind="warning">
        ${tn(
          '{who} left {count} change here that was not sent. It is sent when {who} logs in again.',
          '{who} left {count} changes here that were not sent. They are sent when {who} logs in again.',
          count,
          { who: account?.name || account?.email || t('Somebody else') },
        )}
      </p>`,
    )}
    <p class="muted">${t('Logging out removes all of it from this browser. What was sent is kept by the service.')}</p>
  </div>`;
}

function contents() {
  const lists = tn('{count} list', '{count} lists', allLists().length);
  const tasks = tn('{count} task', '{count} tasks', allTasks().length);
  return t('{lists}, {tasks}', { lists, tasks });
}

function storageTrouble(storage) {
  return storage === 'full'
    ? t('The storage of this browser is full: changes are kept until this tab is closed. Make room on the device.')
    : t('This browser may keep nothing: without a network, changes are kept until this tab is closed.');
}

function unsentText(pending) {
  if (pending === null) return t('Loading…');
  if (pending === 0) return t('Everything is sent.');
  return tn('{count} change waits to be sent.', '{count} changes wait to be sent.', pending);
}
