// Files may be dropped anywhere in the page.
import { icon } from '../icons.js';
import { t } from '../i18n.js';
import { html, useEffect, useRef, useState } from '../preact.js';
import { importFiles } from './importing.js';

export function DropZone() {
  const [isOver, setOver] = useState(false);
  const box = useRef(null);
  useEffect(() => {
    const ears = new AbortController();
    const listen = (name, hear) => addEventListener(name, hear, { signal: ears.signal });
    const over = (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    };
    listen('dragenter', over);
    listen('dragover', over);
    // Only whoever leaves the window is going nowhere.
    listen('dragleave', (event) => event.relatedTarget === null && setOver(false));
    listen('drop', (event) => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      importFiles([...event.dataTransfer.files]);
    });
    return () => ears.abort();
  }, []);
  // Above whatever is open.
  useEffect(() => {
    if (isOver) box.current.showPopover?.();
  }, [isOver]);
  return isOver && html`<div ref=${box} class="drop-zone" popover="manual">
    <p>${icon('inbox')} ${t('Drop to import')}</p>
  </div>`;
}

// Text that is dragged, and the tasks of this page, are something else.
function hasFiles({ dataTransfer }) {
  return dataTransfer?.types.includes('Files') ?? false;
}
