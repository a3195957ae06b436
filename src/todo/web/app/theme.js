// Light, dark, or as the system has it: of this browser, kept there.
import { local } from './browser-storage.js';
import { signal } from './preact.js';

const KEY = 'todo-theme';
const GROUNDS = { light: '#ffffff', dark: '#17191d' };

/** `light`, `dark` or `system`. */
export const theme = signal('system');

/** Draws the page as was chosen before, here or in another tab. */
export function followTheme() {
  show(local.get(KEY));
  addEventListener('storage', (event) => {
    if (event.key === KEY) show(local.get(KEY));
  });
}

/** Chooses, and keeps it. */
export function chooseTheme(name) {
  if (name === 'system') local.remove(KEY);
  else local.set(KEY, name);
  show(name);
}

function show(name) {
  theme.value = name in GROUNDS ? name : 'system';
  const isChosen = theme.value !== 'system';
  if (isChosen) document.documentElement.dataset.theme = theme.value;
  else delete document.documentElement.dataset.theme;
  for (const meta of document.querySelectorAll('meta[name=theme-color]')) {
    const own = meta.media.includes('dark') ? 'dark' : 'light';
    meta.content = GROUNDS[isChosen ? theme.value : own];
  }
}
