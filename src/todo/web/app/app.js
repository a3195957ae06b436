// Which view is shown, inside the frame or without it.
import { LiveRegion } from './announce.js';
import { Disturbances } from './disturbances.js';
import { linkTrouble } from './entrance.js';
import { t } from './i18n.js';
import { html, useEffect } from './preact.js';
import { by, wanted } from './return-address.js';
import { navigate, route } from './router.js';
import { secrets } from './secrets.js';
import { Shell } from './shell.js';
import { Shortcuts } from './shortcuts.js';
import { session } from './store/store.js';
import { Picking } from './tasks/picking.js';
import { Toasts } from './toasts.js';
import { DeadLink } from './views/dead-link.js';
import { ForgottenPassword } from './views/forgotten-password.js';
import { Invited } from './views/invited.js';
import { LabelView } from './views/label.js';
import { ListView } from './views/list.js';
import { LogIn } from './views/log-in.js';
import { ResetPassword } from './views/reset-password.js';
import { SettingsView } from './views/settings.js';
import { SignUp } from './views/sign-up.js';
import { TodayView } from './views/today.js';

// Those of a person, inside the frame; and those of a stranger.
const VIEWS = {
  today: TodayView,
  list: ListView,
  label: LabelView,
  settings: SettingsView,
};
const DOORS = {
  'log-in': LogIn,
  'sign-up': SignUp,
};
// Those of everybody: a password may be forgotten by who is logged in.
const OPEN_DOORS = {
  'forgotten-password': ForgottenPassword,
  'reset-password': ResetPassword,
};

export function App() {
  return html`<${Content} /><${Picking} /><${Toasts} /><${LiveRegion} /><${Shortcuts} /><${Disturbances} />`;
}

function Content() {
  const who = session.value;
  const { name } = route.value;
  if (name in OPEN_DOORS) return html`<${OPEN_DOORS[name]} />`;
  if (who === undefined) return html`<p class="waiting" role="status">${t('Loading…')}</p>`;
  if (who === null) return html`<${Outside} />`;
  if (who.kind === 'link') return html`<${Visit} listId=${who.listId} />`;
  if (name === 'start' || name in DOORS) return html`<${GoTo} address=${wanted()} />`;
  const View = VIEWS[name] ?? Nowhere;
  return html`<${Shell}><${View} /><//>`;
}

// What a stranger sees. What this is says the server, at `/`.
function Outside() {
  const { name } = route.value;
  if (linkTrouble.value) return html`<${DeadLink} />`;
  if (name in DOORS) return html`<${DOORS[name]} />`;
  if (name !== 'start') return html`<${GoTo} address=${by('/log-in', location.pathname + location.search)} />`;
  if (secrets.invitation.value) return html`<${Invited} />`;
  return html`<${Start} />`;
}

// What the holder of a link sees: the one list, and its labels.
function Visit({ listId }) {
  const { name, params } = route.value;
  const isThere = name === 'label' || (name === 'list' && params.list === listId);
  if (!isThere) return html`<${GoTo} address=${`/lists/${listId}#link=${secrets.link.value}`} />`;
  return html`<${Shell}><${VIEWS[name]} /><//>`;
}

// Whoever comes back to `/` has it from the server again, unless it came without anything to read.
function Start() {
  const cameFromServer = document.documentElement.dataset.began === '/';
  useEffect(() => {
    if (!cameFromServer) location.reload();
  }, []);
  return cameFromServer ? html`<${GoTo} address="/log-in" />` : null;
}

function GoTo({ address }) {
  useEffect(() => navigate(address, { replace: true }), [address]);
  return null;
}

function Nowhere() {
  return html`<div class="view"><h1 tabindex="-1">${t('There is nothing here')}</h1>
    <p><a href="/today">${t('Go to Today')}</a></p></div>`;
}
