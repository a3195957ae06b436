import { enter } from '../entrance.js';
import { t } from '../i18n.js';
import { html, useState } from '../preact.js';
import { request } from '../store/api.js';
import { Field } from '../ui/field.js';

// For now: without the cookie.
export function LogIn() {
  const [error, setError] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    const { email, password } = Object.fromEntries(new FormData(event.target));
    try {
      const { body } = await request('POST', '/v1/sessions', { body: { email, password, cookie: true } });
      await enter(body.account);
    } catch (problem) {
      setError(problem.message);
    }
  };
  return html`<main class="door"><h1>${t('Log in')}</h1><form onSubmit=${submit}>
    <${Field} label=${t('Email')} name="email" type="email" autocomplete="email" required />
    <${Field} label=${t('Password')} name="password" type="password" autocomplete="current-password" required error=${error} />
    <button class="button primary">${t('Log in')}</button></form></main>`;
}
