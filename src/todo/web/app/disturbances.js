// What comes between a person and the page: a log-in that has ended, somebody else, an invitation, a file.
import { isLeaving } from './entrance.js';
import { InvitationQuestion } from './invitation-question.js';
import { LeavingQuestion } from './leaving.js';
import { LogInAgain } from './log-in-again.js';
import { html } from './preact.js';
import { route } from './router.js';
import { secrets } from './secrets.js';
import { SomebodyElse } from './somebody-else.js';
import { session, status } from './store/store.js';
import { Transfer } from './transfer/transfer.js';

export function Disturbances() {
  return html`<${Interruption} /><${LeavingQuestion} /><${Transfer} />`;
}

// At most one at a time.
function Interruption() {
  const isAtDoor = ['forgotten-password', 'reset-password'].includes(route.value.name);
  if (session.value?.kind !== 'person' || isAtDoor || isLeaving.value) return null;
  if (status.value.expired === 'other_account') return html`<${SomebodyElse} />`;
  if (status.value.expired) return html`<${LogInAgain} />`;
  return secrets.invitation.value ? html`<${InvitationQuestion} />` : null;
}
