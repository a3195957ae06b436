// Reminders in words: "30 minutes before", "On the day at 09:00".
import { durationText, momentText } from '../date-words.js';
import { timeText } from '../dates.js';
import { t, tn } from '../i18n.js';

const DAY_MINUTES = 24 * 60;

/** `due` says what a `before` is before; without one it sleeps. */
export function reminderText(reminder, { due, timeZone }) {
  if (reminder.at) return momentText(reminder.at, timeZone);
  if (due?.date) return byTheClock(minutesOf(reminder.before));
  if (minutesOf(reminder.before) === 0) return t('At the time');
  const duration = durationText(reminder.before);
  return reminder.before.startsWith('-') ? t('{duration} after', { duration }) : t('{duration} before', { duration });
}

/** The duration from a time of day, so many days before a day, to that day's midnight. */
export function durationBefore(days, time) {
  const [hours, minutes] = time.split(':').map(Number);
  const total = days * DAY_MINUTES - hours * 60 - minutes;
  const size = Math.abs(total);
  const whole = Math.floor(size / DAY_MINUTES);
  const rest = `${part(Math.floor(size / 60) % 24, 'H')}${part(size % 60, 'M')}`;
  if (!size) return 'PT0S';
  return `${total < 0 ? '-' : ''}P${part(whole, 'D')}${rest && `T${rest}`}`;
}

// All of it is on the clock, from the midnight at which the day begins.
function byTheClock(before) {
  const shift = Math.floor(-before / DAY_MINUTES);
  const rest = -before - shift * DAY_MINUTES;
  const time = timeText(`${String(Math.floor(rest / 60)).padStart(2, '0')}:${String(rest % 60).padStart(2, '0')}`);
  if (shift === 0) return t('On the day at {time}', { time });
  if (shift < 0) return tn('{count} day before at {time}', '{count} days before at {time}', -shift, { time });
  return tn('{count} day after at {time}', '{count} days after at {time}', shift, { time });
}

function minutesOf(duration) {
  const sizes = { W: 7 * DAY_MINUTES, D: DAY_MINUTES, H: 60, M: 1, S: 1 / 60 };
  const parts = [...duration.matchAll(/(\d+)([WDHMS])/g)];
  const total = Math.floor(parts.reduce((sum, [, count, unit]) => sum + Number(count) * sizes[unit], 0));
  return duration.startsWith('-') ? -total : total;
}

function part(count, unit) {
  return count ? `${count}${unit}` : '';
}
