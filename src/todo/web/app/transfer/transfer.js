// Files and calendars: where they may be dropped, and the dialogs about them.
import { html, useEffect } from '../preact.js';
import { session } from '../store/store.js';
import { DropZone } from './drop-zone.js';
import { ImportDialog } from './import-dialog.js';
import { forgetAll, recover } from './importing.js';
import { OpenedDialog } from './opened.js';

export function Transfer() {
  const id = session.value?.kind === 'person' ? session.value.account.id : null;
  useEffect(() => {
    if (!id) return undefined;
    recover().catch(() => {});
    return forgetAll;
  }, [id]);
  return id && html`<${DropZone} /><${ImportDialog} /><${OpenedDialog} />`;
}
