import { html, render } from './preact.js';

render(html`<p>To-do</p>`, document.getElementById('app'));
