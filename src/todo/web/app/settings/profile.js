// What others see of a person, and what the person gets to see and hear.
import { momentText, timeZones, zoneText } from '../date-words.js';
import { learn } from '../entrance.js';
import { language as shownLanguage, languages, t } from '../i18n.js';
import { chooseLanguage } from '../language-choice.js';
import { now } from '../now.js';
import { html, useMemo } from '../preact.js';
import { request } from '../store/api.js';
import { session } from '../store/store.js';
import { toast } from '../toasts.js';
import { Combobox } from '../ui/combobox.js';
import { Field } from '../ui/field.js';
import { FormError, useForm } from '../ui/form.js';

export function ProfileSection() {
  const { account } = session.value;
  const zones = useMemo(
    () => timeZones(account.time_zone).map((zone) => ({ value: zone, text: zoneText(zone, now.peek()) })),
    [account.time_zone],
  );
  const { form, wrong, general, isSending } = useForm({
    send: async ({ name, language, time_zone, digest }) => {
      const changes = { name: name.trim(), language, time_zone, digest: digest === 'on' };
      const { body } = await request('PATCH', '/v1/me', { body: changes });
      learn(body);
      if (body.language === shownLanguage) {
        toast(t('Saved'));
        return;
      }
      await chooseLanguage(body.language);
      location.reload();
    },
  });
  return html`<form class="settings-form" ...${form}>
    <${FormError} text=${general} />
    <${Field}
      label=${t('Your name')}
      name="name"
      autocomplete="name"
      maxlength="120"
      defaultValue=${account.name}
      hint=${t('This is what those see with whom you share a list.')}
      error=${wrong.name}
    />
    <div class="field">
      <label for="settings-language">${t('Language')}</label>
      <select id="settings-language" name="language">
        ${languages.map(
          ({ language, name }) =>
            html`<option key=${language} value=${language} lang=${language} selected=${language === account.language}>${name}</option>`,
        )}
      </select>
      <p class="field-hint">${t('Of this page and of mails.')}</p>
    </div>
    <${Combobox}
      label=${t('Time zone')}
      name="time_zone"
      value=${account.time_zone}
      options=${zones}
      hint=${t('When a day begins for you, and of times without a zone. Write a city to find yours.')}
      error=${wrong.time_zone}
    />
    <label class="check">
      <input type="checkbox" name="digest" defaultChecked=${account.digest} />
      <span>${t('A mail each morning at 7:00 with what is due on the day')}</span>
    </label>
    ${account.mail_stopped_at &&
    html`<p class="notice" data-kind="warning">
      ${t('Mail to {email} came back, so nothing is sent there since {when}. Another address begins anew.', {
        email: account.email,
        when: momentText(account.mail_stopped_at, account.time_zone),
      })}
    </p>`}
    <div class="form-actions">
      <button class="button primary" aria-disabled=${isSending}>${isSending ? t('Saving…') : t('Save')}</button>
    </div>
  </form>`;
}
