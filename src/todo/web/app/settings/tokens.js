// Where one is logged in, and the tokens that one's programs have.
import { momentText } from '../date-words.js';
import { t } from '../i18n.js';
import { html, useEffect, useState } from '../preact.js';
import { text } from '../problem-words.js';
import { request } from '../store/api.js';
import { session } from '../store/store.js';
import { toast } from '../toasts.js';
import { Confirmation } from '../ui/dialog.js';
import { NewToken } from './new-token.js';

export function TokensSection() {
  const [tokens, setTokens] = useState(null);
  const [trouble, setTrouble] = useState(null);
  const [leaving, setLeaving] = useState(null);
  const load = async () => {
    try {
      setTokens((await request('GET', '/v1/tokens')).body);
      setTrouble(null);
    } catch (problem) {
      setTrouble(text(problem));
    }
  };
  useEffect(() => {
    load();
  }, []);
  const revoke = async (token) => {
    setLeaving(null);
    try {
      await request('DELETE', `/v1/tokens/${token.id}`);
      toast(token.kind === 'session' ? t('Logged out there') : t('Revoked “{name}”', { name: token.name }));
    } catch (problem) {
      toast(text(problem), { kind: 'warning' });
    }
    await load();
  };
  if (trouble) {
    return html`<p class="form-error" role="alert">${trouble}</p>
      <p><button type="button" class="button" onClick=${load}>${t('Try again')}</button></p>`;
  }
  if (!tokens) return html`<p class="muted" role="status">${t('Loading…')}</p>`;
  const sessions = tokens.filter(({ kind }) => kind === 'session');
  const named = tokens.filter(({ kind }) => kind === 'token');
  return html`
    <div class="settings-form">
      <h3>${t('Where you are logged in')}</h3>
      <ul class="rows">
        ${sessions.map((token) => html`<${LogInRow} key=${token.id} token=${token} onRevoke=${() => setLeaving(token)} />`)}
      </ul>
    </div>
    <div class="settings-form">
      <h3>${t('Tokens')}</h3>
      <p class="muted">${t('For programs, which send one in place of a password.')} <a href="/docs">${t('How that is done')}</a></p>
      ${named.length > 0 &&
      html`<ul class="rows">
        ${named.map((token) => html`<${TokenRow} key=${token.id} token=${token} onRevoke=${() => setLeaving(token)} />`)}
      </ul>`}
      <${NewToken} onMade=${load} />
    </div>
    ${leaving && html`<${Question} token=${leaving} onConfirm=${() => revoke(leaving)} onClose=${() => setLeaving(null)} />`}
  `;
}

function LogInRow({ token, onRevoke }) {
  const when = momentText(token.created_at, session.value.account.time_zone);
  return html`<li class="row">
    <div class="row-text">
      <p>${t('Logged in {when}', { when })} ${token.current && html`<span class="badge">${t('This browser')}</span>`}</p>
      <p class="muted">${expiryText(token)}</p>
    </div>
    ${!token.current &&
    html`<button type="button" class="button" aria-label=${t('Log out: logged in {when}', { when })} onClick=${onRevoke}>
      ${t('Log out')}
    </button>`}
  </li>`;
}

function TokenRow({ token, onRevoke }) {
  const created = momentText(token.created_at, session.value.account.time_zone);
  return html`<li class="row">
    <div class="row-text">
      <p>
        <bdi>${token.name}</bdi>
        ${' '}<span class="badge">${token.access === 'read' ? t('May read') : t('May read and change')}</span>
      </p>
      <p class="muted">${t('Made {when}.', { when: created })} ${expiryText(token)}</p>
    </div>
    <button type="button" class="button danger" aria-label=${t('Revoke “{name}”', { name: token.name })} onClick=${onRevoke}>
      ${t('Revoke')}
    </button>
  </li>`;
}

function Question({ token, onConfirm, onClose }) {
  const isLogIn = token.kind === 'session';
  return html`<${Confirmation}
    title=${isLogIn ? t('Log out there?') : t('Revoke “{name}”?', { name: token.name })}
    text=${isLogIn
      ? t('Whoever uses that browser has to log in again.')
      : t('Programs that use it are refused at once. It cannot be brought back.')}
    action=${isLogIn ? t('Log out') : t('Revoke')}
    onConfirm=${onConfirm}
    onClose=${onClose}
  />`;
}

function expiryText({ expires_at: at }) {
  return at ? t('Good until {when}.', { when: momentText(at, session.value.account.time_zone) }) : t('Does not expire.');
}
