// The way to import by keyboard: the system's own dialog for files.
import { importFiles } from './importing.js';

const ACCEPTED = '.csv,.tsv,.txt,.json,.ics,.zip,text/csv,text/tab-separated-values,text/calendar,application/json';

/** Lets files be chosen, and imports them; into this list, where one is said. */
export function chooseFiles(listId = null) {
  const input = Object.assign(document.createElement('input'), { type: 'file', multiple: true, accept: ACCEPTED });
  input.hidden = true;
  input.addEventListener('change', () => {
    input.remove();
    importFiles([...input.files], listId);
  });
  input.addEventListener('cancel', () => input.remove());
  // What is nowhere in the document may be gone before anything is chosen.
  document.body.append(input);
  input.click();
}
