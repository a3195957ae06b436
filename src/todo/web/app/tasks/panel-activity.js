// Who changed what of a task, asked for when somebody wants to know.
import { taskActivityText } from './task-activity-words.js';
import { momentText, relativeText } from '../date-words.js';
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { minute, zone } from '../now.js';
import { html, useEffect, useState } from '../preact.js';
import { Offline, request } from '../store/api.js';

const PAGE = 20;

export function PanelActivity({ task }) {
  const [isOpen, setOpen] = useState(false);
  return html`<section class="panel-part">
    <h3>
      <button type="button" class="panel-fold" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>
        ${icon('chevron')}${t('Activity')}
      </button>
    </h3>
    ${isOpen && html`<${Entries} task=${task} />`}
  </section>`;
}

function Entries({ task }) {
  const [{ entries, next, error }, setPage] = useState({ entries: null, next: null, error: null });
  const load = async (address, before, stopped = () => false) => {
    let page;
    try {
      const { body, headers } = await request('GET', address);
      page = { entries: [...before, ...body], next: nextOf(headers), error: null };
    } catch (problem) {
      const text = problem instanceof Offline ? t('You are offline: the activity cannot be shown now.') : problem.message;
      page = { entries: before, next: null, error: text };
    }
    if (!stopped()) setPage(page);
  };
  // What has just been changed is soon told.
  useEffect(() => {
    let isStopped = false;
    load(`/v1/tasks/${task.id}/activity?limit=${PAGE}`, [], () => isStopped);
    return () => {
      isStopped = true;
    };
  }, [task.id, task.version]);
  if (!entries) return html`<p class="muted" role="status">${t('Loading…')}</p>`;
  return html`<ol class="activity" role="list">
      ${entries.map((entry) => html`<${Entry} key=${`${entry.operation_id} ${entry.revision}`} entry=${entry} />`)}
    </ol>
    ${error && html`<p class="field-error" role="alert">${error}</p>`}
    ${next && html`<button type="button" class="button" onClick=${() => load(next, entries)}>${t('Show more')}</button>`}`;
}

function Entry({ entry }) {
  return html`<li class="activity-entry">
    <bdi>${taskActivityText(entry)}</bdi>
    <time class="muted" datetime=${entry.at} title=${momentText(entry.at, zone.value)}>
      ${relativeText(entry.at, minute.value, zone.value)}
    </time>
  </li>`;
}

function nextOf(headers) {
  return /<([^>]+)>;\s*rel="next"/.exec(headers.get('Link') ?? '')?.[1] ?? null;
}
