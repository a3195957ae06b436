// Logging out, with a question first where something would be lost.
import { forget, leave as leaveNow } from './entrance.js';
import { t, tn } from './i18n.js';
import { html, signal } from './preact.js';
import { text } from './problem-words.js';
import { begun, status } from './store/store.js';
import { toast } from './toasts.js';
import { Confirmation } from './ui/dialog.js';

const asked = signal(null);

/** Logs out. With `isExpired` the log-in is over already, and somebody else is to come in. */
export async function leave({ isExpired = false } = {}) {
  await begun();
  if (status.value.pending > 0) asked.value = { isExpired };
  else go({ isExpired });
}

/** The question whether to lose what was not sent. */
export function LeavingQuestion() {
  if (!asked.value) return null;
  const { pending } = status.value;
  return html`<${Confirmation}
    title=${t('Log out and lose changes?')}
    text=${tn(
      '{count} change was not sent yet, and is lost when you log out.',
      '{count} changes were not sent yet, and are lost when you log out.',
      pending,
    )}
    action=${t('Log out and lose them')}
    onConfirm=${() => go(asked.value)}
    onClose=${() => (asked.value = null)}
  />`;
}

async function go({ isExpired }) {
  asked.value = null;
  try {
    await (isExpired ? forget('/log-in') : leaveNow());
  } catch (problem) {
    toast(text(problem), { kind: 'warning' });
  }
}
