// Which view is shown, inside the frame or without it.
import { LiveRegion } from './announce.js';
import { t } from './i18n.js';
import { html, useEffect } from './preact.js';
import { navigate, route } from './router.js';
import { Shell } from './shell.js';
import { Shortcuts } from './shortcuts.js';
import { session } from './store/store.js';
import { Picking } from './tasks/picking.js';
import { TaskPanel } from './tasks/task-panel.js';
import { Toasts } from './toasts.js';
import { LabelView } from './views/label.js';
import { ListView } from './views/list.js';
import { LogIn } from './views/log-in.js';
import { TodayView } from './views/today.js';
import { UpcomingView } from './views/upcoming.js';

// Those of a person, inside the frame; and those of a stranger.
const VIEWS = {
  today: TodayView,
  upcoming: UpcomingView,
  list: ListView,
  label: LabelView,
};
const DOORS = {
  'log-in': LogIn,
};

export function App() {
  return html`<${Content} /><${TaskPanel} /><${Picking} /><${Toasts} /><${LiveRegion} /><${Shortcuts} />`;
}

function Content() {
  const who = session.value;
  const { name } = route.value;
  if (who === undefined) return html`<p class="waiting" role="status">${t('Loading…')}</p>`;
  if (who === null) {
    const Door = DOORS[name];
    return Door ? html`<${Door} />` : html`<${GoTo} address="/log-in" />`;
  }
  if (name === 'start' || name in DOORS) return html`<${GoTo} address="/today" />`;
  const View = VIEWS[name] ?? Nowhere;
  return html`<${Shell}><${View} /><//>`;
}

function GoTo({ address }) {
  useEffect(() => navigate(address, { replace: true }), [address]);
  return null;
}

function Nowhere() {
  return html`<div class="view"><h1 tabindex="-1">${t('There is nothing here')}</h1>
    <p><a href="/today">${t('Go to Today')}</a></p></div>`;
}
