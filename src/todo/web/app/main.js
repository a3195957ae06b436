// The page begins here.
import { App } from './app.js';
import { load } from './later.js';
import { followLinks, route } from './router.js';
import { effect, html, render } from './preact.js';
import { listenToKeys } from './shortcuts.js';
import { resume } from './entrance.js';
import { secrets, takeSecrets } from './secrets.js';
import { session, status } from './store/store.js';
import { followTheme } from './theme.js';

const app = document.getElementById('app');

followTheme();
takeSecrets();
followLinks();
listenToKeys();
resume();
begin();

// Whoever drives the page from outside, such as a test, sees when nothing is left to be sent, once that is known.
effect(() => {
  const isKnown = session.value !== undefined && status.value.pending !== null;
  document.documentElement.dataset.pending = isKnown ? status.value.pending : '';
});

// What the server says to a stranger at `/` stays until it is known to be somebody, or the stranger goes on.
function begin() {
  const hasLanding = app.querySelector('main') !== null;
  if (!hasLanding && route.value.name === 'start') app.dataset.bare = 'true';
  let hasBegun = false;
  effect(() => {
    const who = session.value;
    const isLooking = route.value.name === 'start' && !who && !secrets.invitation.value;
    if (hasBegun || (hasLanding && isLooking)) return;
    hasBegun = true;
    app.replaceChildren();
    render(html`<${App} />`, app);
    // What is shown first has the network and the processor for itself.
    (window.requestIdleCallback ?? setTimeout)(() => load());
  });
}
