// Which of the dialogs about files and calendars is open.
import { html, signal } from '../preact.js';
import { ExportDialog } from './export-dialog.js';
import { FeedsDialog } from './feeds-dialog.js';

const DIALOGS = { export: ExportDialog, feeds: FeedsDialog };
const opened = signal(null);

/** Asks what a list, or everything, is to be exported as. */
export function openExport(listId = null, format = 'json') {
  opened.value = { name: 'export', listId, format };
}

/** Shows the calendars' addresses, to make one of this list first. */
export function openFeeds(listId = null) {
  opened.value = { name: 'feeds', listId };
}

export function OpenedDialog() {
  if (!opened.value) return null;
  const { name, ...asked } = opened.value;
  const View = DIALOGS[name];
  return html`<${View} key=${name} ...${asked} onClose=${() => (opened.value = null)} />`;
}
