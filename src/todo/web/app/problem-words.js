// What a refusal means, in the language of the page. The server's own words are English, and for programs.
import { t, tn } from './i18n.js';
import { Offline } from './store/api.js';

/** `{general, fields: {name: text}}` of a refusal. Of this request are `words`, `{code: text}`, and `faults`, by field. */
export function read(problem, words = {}, faults = {}) {
  const fields = {};
  for (const { pointer } of problem.errors ?? []) {
    const name = pointer?.slice(1).split('/')[0];
    if (name) fields[name] ??= faults[name] ?? fieldText(name);
  }
  const isOfFields = Object.keys(fields).length > 0;
  return { fields, general: isOfFields ? null : (words[problem.code] ?? text(problem)) };
}

/** What a request was refused with, in a sentence. */
export function text(problem) {
  if (problem instanceof Offline) return t('The service cannot be reached. Look at your connection, and try again.');
  if (problem.code === 'too_many_attempts') return waitText(problem.retryAfter);
  if (problem.code === 'limit_reached') return t('There is no room for more. Remove something first.');
  if (problem.status >= 500) return t('The service has a fault. Nothing was changed; try again in a moment.');
  return problem.detail ?? t('This did not work.');
}

function waitText(seconds) {
  if (!seconds) return t('Too many attempts. Wait a few minutes, then try again.');
  if (seconds < 90) {
    return tn(
      'Too many attempts. Wait a second, then try again.',
      'Too many attempts. Wait {count} seconds, then try again.',
      seconds,
    );
  }
  const minutes = Math.ceil(seconds / 60);
  return tn(
    'Too many attempts. Wait a minute, then try again.',
    'Too many attempts. Wait {count} minutes, then try again.',
    minutes,
  );
}

function fieldText(name) {
  const texts = {
    email: t('This address cannot be used.'),
    password: t('Use at least 8 characters.'),
    current_password: t('This is not your current password.'),
    invite: t('This invite is unknown, used or too old. Ask for another one.'),
    name: t('Use one line of at most 120 characters.'),
    time_zone: t('Choose one of the time zones.'),
    expires_at: t('Choose a moment that is still to come.'),
  };
  return texts[name] ?? t('This cannot be used.');
}
