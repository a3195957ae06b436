// The frame of every view: the way to all others on one side, the view on the other.
import { icon } from './icons.js';
import { t } from './i18n.js';
import { Later } from './later.js';
import { LinkNotice } from './link-notice.js';
import { html, signal, useEffect, useRef } from './preact.js';
import { navigate, route } from './router.js';
import { useShortcuts } from './shortcuts.js';
import { Sidebar } from './sidebar.js';
import { session } from './store/store.js';
import { takeLatestOffer } from './toasts.js';

const isMenuOpen = signal(false);

export function Shell({ children }) {
  const main = useRef(null);
  const isPerson = session.value.kind === 'person';
  const place = `${route.value.name} ${Object.values(route.value.params).join(' ')}`;
  useEffect(() => {
    isMenuOpen.value = false;
    scrollTo(0, 0);
    // Whoever hears the page is told where they are; at the first view the browser has done so.
    if (main.current.dataset.seen) main.current.querySelector('h1')?.focus({ preventScroll: true });
    main.current.dataset.seen = 'true';
  }, [place]);
  useGlobalKeys();
  return html`<div class="shell" data-menu=${isMenuOpen.value ? 'open' : 'closed'}>
    <a class="skip-link" href="#main">${t('Skip to the tasks')}</a>
    <header class="topbar">
      <button
        type="button"
        class="icon-button"
        aria-label=${t('Menu')}
        aria-expanded=${isMenuOpen.value}
        aria-controls="sidebar"
        onClick=${() => (isMenuOpen.value = !isMenuOpen.value)}
      >
        ${icon('menu')}
      </button>
      <a class="topbar-home" href=${isPerson ? '/today' : `/lists/${session.value.listId}`}>${icon('check')} To-do</a>
      ${isPerson
        ? html`<a class="icon-button" href="/search" aria-label=${t('Search')}>${icon('search')}</a>`
        : html`<span></span>`}
    </header>
    <${Sidebar} />
    <div class="scrim" onClick=${() => (isMenuOpen.value = false)}></div>
    <main id="main" class="main" ref=${main} tabindex="-1">
      ${!isPerson && html`<${LinkNotice} />`}
      <${Later} part="Notices" />
      ${children}
    </main>
  </div>`;
}

function useGlobalKeys() {
  const began = useRef(-Infinity);
  useShortcuts({
    g: (event) => {
      began.current = event.timeStamp;
    },
    t: (event) => afterG(event) && isPerson() && navigate('/today'),
    u: (event) => afterG(event) && isPerson() && navigate('/upcoming'),
    '/': () => isPerson() && navigate('/search'),
    z: () => takeLatestOffer(),
  });
  function isPerson() {
    return session.value?.kind === 'person';
  }
  function afterG(event) {
    return event.timeStamp - began.current < 1500;
  }
}
