import { html } from '../preact.js';
import { route } from '../router.js';
import { findList, tasksIn } from '../store/store.js';

export function ListView() {
  const list = findList(route.value.params.list);
  if (!list) return null;
  return html`<div class="view"><h1 tabindex="-1">${list.title}</h1>
    <ul>${tasksIn(list.id).map((task) => html`<li key=${task.id}>${task.title}</li>`)}</ul></div>`;
}
