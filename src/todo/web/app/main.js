// The page begins here.
import { App } from './app.js';
import { followLinks } from './router.js';
import { html, render } from './preact.js';
import { listenToKeys } from './shortcuts.js';
import { resume } from './entrance.js';

followLinks();
listenToKeys();
resume();
render(html`<${App} />`, document.getElementById('app'));
