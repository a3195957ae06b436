// The way to import by keyboard: the system's own dialog for files.
import { importFiles } from './importing.js';

const ACCEPTED = '.csv,.tsv,.txt,.json,.ics,.zip,text/csv,text/tab-separated-values,text/calendar,application/json';

/** Lets files be chosen, and imports them; into this list, where one is said. */
export function chooseFiles(listId = null) {
  const input = Object.assign(document.createElement('input'), { type: 'file', multiple: true, accept: ACCEPTED });
  input.addEventListener('change', () => importFiles([...input.files], listId));
  input.click();
}
