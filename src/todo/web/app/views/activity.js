// Who changed what in a list.
import { ActivityList } from '../activity-list.js';
import { t } from '../i18n.js';
import { usePaged } from '../paged.js';
import { html } from '../preact.js';
import { addressWith, navigate, route } from '../router.js';
import { allLists, allTasks, findList } from '../store/store.js';

export function ActivityView() {
  const asked = route.value.query.list;
  const list = findList(asked) ?? findList(latestList()) ?? allLists()[0];
  const paged = usePaged(list ? `/v1/lists/${list.id}/activity?limit=50` : null);
  return html`<div class="view">
    <header class="view-head">
      <h1 tabindex="-1">${t('Activity')}</h1>
      ${allLists().length > 0 &&
      html`<select
        class="view-choice"
        aria-label=${t('Of the list')}
        value=${list?.id}
        onChange=${(event) => navigate(addressWith({ list: event.target.value }), { replace: true })}
      >
        ${allLists().map((each) => html`<option key=${each.id} value=${each.id}>${each.title}</option>`)}
      </select>`}
    </header>
    ${list ? html`<${ActivityList} paged=${paged} />` : html`<p class="empty">${t('Nothing happened yet.')}</p>`}
  </div>`;
}

// Where something happened last.
function latestList() {
  let latest = null;
  for (const task of allTasks()) if (!latest || task.updated_at > latest.updated_at) latest = task;
  return latest?.list_id;
}
