// Which view is shown, inside the frame or without it.
import { LiveRegion } from './announce.js';
import { isLeaving, linkTrouble } from './entrance.js';
import { t } from './i18n.js';
import { html, useEffect } from './preact.js';
import { by, wanted } from './return-address.js';
import { Later, later } from './later.js';
import { navigate, route } from './router.js';
import { secrets } from './secrets.js';
import { Shell } from './shell.js';
import { session } from './store/store.js';
import { Toasts } from './toasts.js';
import { ListView } from './views/list.js';
import { TodayView } from './views/today.js';

// Those of a person, inside the frame; and those of a stranger.
const VIEWS = {
  today: TodayView,
  upcoming: later('UpcomingView'),
  list: ListView,
  label: later('LabelView'),
  search: later('SearchView'),
  trash: later('TrashView'),
  activity: later('ActivityView'),
  settings: later('SettingsView'),
};
const DOORS = {
  'log-in': later('LogIn', 'doors'),
  'sign-up': later('SignUp', 'doors'),
};
// Those of everybody: a password may be forgotten by who is logged in.
const OPEN_DOORS = {
  'forgotten-password': later('ForgottenPassword', 'doors'),
  'reset-password': later('ResetPassword', 'doors'),
};

export function App() {
  return html`<${Content} /><${Later} part="TaskPanel" /><${Later} part="Picking" /><${Toasts} /><${LiveRegion} /><${Later} part="Shortcuts" /><${Later} part="Disturbances" />`;
}

function Content() {
  const who = session.value;
  const { name } = route.value;
  if (name in OPEN_DOORS) return html`<${OPEN_DOORS[name]} />`;
  if (who === undefined || isLeaving.value) return html`<${Waiting} />`;
  if (who === null) return html`<${Outside} />`;
  if (who.kind === 'link') return html`<${Visit} listId=${who.listId} />`;
  if (name === 'start' || name in DOORS) return html`<${GoTo} address=${wanted()} />`;
  const View = VIEWS[name] ?? Nowhere;
  return html`<${Shell}><${View} /><//>`;
}

// What a stranger sees. What this is says the server, at `/`.
function Outside() {
  const { name } = route.value;
  if (name in DOORS) return html`<${DOORS[name]} />`;
  if (name !== 'start') return html`<${GoTo} address=${by('/log-in', location.pathname + location.search)} />`;
  if (secrets.invitation.value) return html`<${Later} part="Invited" script="doors" isShown />`;
  return html`<${Start} />`;
}

// What the holder of a link sees: the one list, and its labels.
function Visit({ listId }) {
  const { name, params } = route.value;
  if (linkTrouble.value) return html`<${Later} part="DeadLink" script="doors" isShown />`;
  if (!listId) return html`<${Waiting} />`;
  const isThere = name === 'label' || (name === 'list' && params.list === listId);
  if (!isThere) return html`<${GoTo} address=${`/lists/${listId}#link=${secrets.link.value}`} />`;
  return html`<${Shell}><${VIEWS[name]} /><//>`;
}

// Whoever comes back to `/` has it from the server again, unless it came without anything to read.
function Start() {
  const isBare = 'bare' in document.getElementById('app').dataset;
  useEffect(() => {
    if (!isBare) location.reload();
  }, []);
  return isBare ? html`<${GoTo} address="/log-in" />` : null;
}

function Waiting() {
  return html`<p class="waiting" role="status">${t('Loading…')}</p>`;
}

function GoTo({ address }) {
  useEffect(() => navigate(address, { replace: true }), [address]);
  return null;
}

function Nowhere() {
  return html`<div class="view"><h1 tabindex="-1">${t('There is nothing here')}</h1>
    <p><a href="/today">${t('Go to Today')}</a></p></div>`;
}
