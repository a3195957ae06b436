// Says when a task is due again that was completed and recurs: the service knows, so it is waited for.
import { dueText } from '../dates.js';
import { t } from '../i18n.js';
import { now, zone } from '../now.js';
import { effect, untracked } from '../preact.js';
import { findTask } from '../store/store.js';
import { toast } from '../toasts.js';

const WAITS_MS = 60_000;

/** Call it when such a task is completed. */
export function tellNextTime(task) {
  const before = JSON.stringify(task.due);
  const stop = effect(() => {
    const current = findTask(task.id);
    if (!current || current.completed || JSON.stringify(current.due) === before) return;
    end();
    if (!current.due) return;
    untracked(() => {
      const { text } = dueText(current.due, { now: now.value, timeZone: zone.value });
      toast(t('“{title}” is due again: {due}', { title: current.title, due: text }));
    });
  });
  const patience = setTimeout(() => stop(), WAITS_MS);

  function end() {
    clearTimeout(patience);
    // Not from within itself.
    queueMicrotask(() => stop());
  }
}
