// Imports in words.
import { numberText } from '../date-words.js';
import { t, tn } from '../i18n.js';

const STEP = 0.1;

/** What a file is. */
export function formatName(format) {
  const names = {
    csv: t('Table (CSV)'),
    tsv: t('Table (TSV)'),
    json: t('To-do export (JSON)'),
    todoist: t('Todoist template'),
    ics: t('Calendar (iCalendar)'),
    'google-tasks': t('Google Tasks'),
    'microsoft-todo': t('Microsoft To Do'),
    vikunja: t('Vikunja'),
    archive: t('To-do archive'),
  };
  return names[format] ?? format;
}

/** The fields that a column of a table can be. */
export function fieldNames() {
  return {
    title: t('Title'),
    notes: t('Notes'),
    list: t('List'),
    due: t('Due'),
    due_time_zone: t('Time zone of the due'),
    recurrence: t('Repetition'),
    reminders: t('Reminders'),
    priority: t('Priority'),
    labels: t('Labels'),
    completed: t('Completed'),
    completed_at: t('Completed at'),
    parent_id: t('Task above'),
    assignee: t('Assignee'),
    order: t('Order'),
    id: t('Own id'),
    created_at: t('Created'),
    updated_at: t('Changed'),
  };
}

/** How far it is, from 0 to 1; null where that cannot be known. */
export function progressOf(run) {
  const { state, rows, rows_done: done } = run.import ?? { state: 'uploading' };
  if (state === 'uploading') return run.size ? run.sent / run.size : null;
  return state === 'running' && rows ? Math.min(done / rows, 1) : null;
}

/** Whether so much more is done that it is worth a word. */
export function hasSteppedOn(before, after) {
  return after !== null && Math.floor(after / STEP) > Math.floor((before ?? 0) / STEP);
}

/** How far it is, in words: as much as is known. */
export function progressWords(run) {
  const { state, rows, rows_done: done, rows_per_second: speed } = run.import ?? { state: 'uploading' };
  if (state === 'uploading') {
    return t('Sending: {sent} of {size} MB', { sent: megabytes(run.sent), size: megabytes(run.size) });
  }
  if (state === 'waiting') return t('Waiting for its turn');
  if (state === 'checking') {
    return done ? tn('Checking: {count} row so far', 'Checking: {count} rows so far', done) : t('Checking');
  }
  const parts = [t('{done} of {rows} rows', { done, rows: rows ?? '?' })];
  if (speed >= 1) {
    parts.push(tn('{count} row a second', '{count} rows a second', Math.round(speed)));
    if (rows > done) parts.push(timeLeft((rows - done) / speed));
  }
  return parts.join(' · ');
}

/** What became of it. */
export function endWords({ state, name, tasks, unchanged }) {
  if (state === 'failed') return t('The import of “{name}” failed', { name });
  const made = tn('{count} task imported', '{count} tasks imported', tasks);
  if (state === 'cancelled') return t('Cancelled: {what}', { what: made });
  if (!unchanged) return made;
  return `${made}, ${tn('{count} was there already', '{count} were there already', unchanged)}`;
}

function timeLeft(seconds) {
  if (seconds < 90) {
    const count = Math.max(1, Math.round(seconds));
    return tn('{count} second left', '{count} seconds left', count);
  }
  return tn('{count} minute left', '{count} minutes left', Math.round(seconds / 60));
}

function megabytes(bytes) {
  return numberText(Math.round(bytes / 100_000) / 10);
}
