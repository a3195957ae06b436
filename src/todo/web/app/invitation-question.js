// Somebody who is logged in has opened an invitation: they are asked before they join.
import { t } from './i18n.js';
import { effect, html, useState } from './preact.js';
import { text } from './problem-words.js';
import { navigate } from './router.js';
import { dropSecret, secrets } from './secrets.js';
import { request } from './store/api.js';
import { findList, session } from './store/store.js';
import { toast } from './toasts.js';
import { Dialog } from './ui/dialog.js';
import { FormError } from './ui/form.js';

const LONGEST_MS = 5000;

export function InvitationQuestion() {
  const [trouble, setTrouble] = useState(null);
  const [isDead, setDead] = useState(false);
  const { account } = session.value;
  const join = async () => {
    try {
      const { body } = await request('POST', '/v1/invitations', { body: { secret: secrets.invitation.value } });
      await arrival(body.id);
      dropSecret('invitation');
      toast(t('You joined “{title}”', { title: body.title }));
      navigate(`/lists/${body.id}`);
    } catch (problem) {
      setDead(problem.status === 404);
      setTrouble(
        problem.status === 404
          ? t('The invitation was used, withdrawn, or is too old. Ask for another one.')
          : text(problem),
      );
    }
  };
  const drop = () => dropSecret('invitation');
  return html`<${Dialog} title=${t('A list is shared with you')} onClose=${drop}>
    <p>${t('Do you want to join it as {email}?', { email: account.email })}</p>
    <${FormError} text=${trouble} />
    <div class="dialog-actions">
      <button type="button" class="button" onClick=${drop}>${isDead ? t('Close') : t('Not now')}</button>
      ${!isDead && html`<button type="button" class="button primary" autofocus onClick=${join}>${t('Join')}</button>`}
    </div>
  <//>`;
}

// Until the list is here, by way of sync; but not for ever.
function arrival(id) {
  return new Promise((resolve) => {
    const done = () => queueMicrotask(() => (stop(), resolve()));
    const late = setTimeout(done, LONGEST_MS);
    const stop = effect(() => {
      if (!findList(id)) return;
      clearTimeout(late);
      done();
    });
  });
}
