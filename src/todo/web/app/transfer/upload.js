// Sending a large file, part by part, to where the service says.
import { Offline, request } from '../store/api.js';
import { Pause, backoff } from '../store/turns.js';

const MOST_FAILURES = 8;

/** Sends what is not there yet of a file; `onSent` hears how many bytes are. Aborted where `signal` is. */
export async function sendParts(file, made, { onSent, signal }) {
  let { upload } = made;
  const size = (number) => Math.min(upload.part_size, file.size - (number - 1) * upload.part_size);
  const there = new Set(upload.received);
  const sent = () => [...there].reduce((sum, number) => sum + size(number), 0);
  let failures = 0;
  onSent(sent());
  for (let number = 1; number <= upload.parts; number += 1) {
    while (!there.has(number)) {
      const start = (number - 1) * upload.part_size;
      try {
        const before = sent();
        const part = file.slice(start, start + size(number));
        await sendPart(upload, number, part, { signal, onSent: (bytes) => onSent(before + Math.min(bytes, part.size)) });
        there.add(number);
        failures = 0;
      } catch (error) {
        if (signal.aborted || (failures += 1) > MOST_FAILURES) throw error;
        await rest(failures);
        // The address is good for a while only; and what was thought lost may be there.
        upload = (await request('GET', made.url, { signal })).body.upload ?? upload;
        for (const each of upload.received) there.add(each);
      }
      onSent(sent());
    }
  }
}

async function rest(failures) {
  const pause = new Pause();
  const wake = () => pause.wake();
  addEventListener('online', wake);
  do await pause.wait(backoff(failures) + 500);
  while (!navigator.onLine);
  removeEventListener('online', wake);
}

// Unlike `fetch`, this says how much of it has gone.
function sendPart({ method, url, fields }, number, part, { onSent, signal }) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value.replaceAll('{part}', number));
    form.append('file', part, 'part');
    const sending = new XMLHttpRequest();
    sending.open(method, url);
    sending.upload.onprogress = ({ loaded }) => onSent(loaded);
    sending.onload = () => (sending.status < 300 ? resolve() : reject(new Offline(`part ${number}: ${sending.status}`)));
    sending.onerror = () => reject(new Offline(`part ${number}`));
    sending.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    signal.addEventListener('abort', () => sending.abort());
    sending.send(form);
  });
}
