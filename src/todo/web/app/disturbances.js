// What comes between a person and the page: a log-in that has ended, somebody else, an invitation, an ended link.
import { InvitationQuestion } from './invitation-question.js';
import { LeavingQuestion } from './leaving.js';
import { LogInAgain } from './log-in-again.js';
import { SomebodyElse } from './somebody-else.js';
import { linkTrouble, somebodyElse } from './entrance.js';
import { html, useEffect } from './preact.js';
import { route } from './router.js';
import { secrets } from './secrets.js';
import { session, status } from './store/store.js';

export function Disturbances() {
  return html`<${Interruption} /><${LeavingQuestion} />`;
}

// At most one at a time.
function Interruption() {
  const who = session.value;
  const isExpired = status.value.expired;
  useEffect(() => {
    if (who?.kind !== 'link' || !isExpired) return;
    linkTrouble.value = 'ended';
    session.value = null;
  }, [who, isExpired]);
  const isAtDoor = ['forgotten-password', 'reset-password'].includes(route.value.name);
  if (who?.kind !== 'person' || isAtDoor) return null;
  if (somebodyElse.value) return html`<${SomebodyElse} />`;
  if (isExpired) return html`<${LogInAgain} />`;
  if (secrets.invitation.value) return html`<${InvitationQuestion} />`;
  return null;
}
