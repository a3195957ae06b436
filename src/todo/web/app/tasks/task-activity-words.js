// What happened to a task, in words: "Ann renamed it from X to Y".
import { listText } from '../date-words.js';
import { dueText } from '../dates.js';
import { t } from '../i18n.js';
import { recurrenceText } from '../recurrence-words.js';

/** `reader` is `{now, timeZone}`. */
export function taskActivityText(entry, reader) {
  const name = entry.actor_name || t('Somebody');
  if (entry.undoes) return t('{name} took back a change', { name });
  if (entry.kind === 'task.updated') return changeText(name, entry.changes, reader);
  if (entry.kind === 'task.completed' && entry.changes.due?.after) {
    const due = whenText(entry.changes.due.after, reader);
    return t('{name} completed it; it is due again: {due}', { name, due });
  }
  const texts = {
    'task.created': t('{name} added it', { name }),
    'task.completed': t('{name} completed it', { name }),
    'task.reopened': t('{name} opened it again', { name }),
    'task.moved_in': t('{name} moved it to this list', { name }),
    'task.moved_out': t('{name} moved it to another list', { name }),
    'task.trashed': t('{name} moved it to the trash', { name }),
    'task.restored': t('{name} restored it', { name }),
  };
  return texts[entry.kind] ?? t('{name} changed it', { name });
}

function changeText(name, changes, reader) {
  const fields = Object.keys(changes);
  if (fields.length !== 1) return t('{name} changed {fields}', { name, fields: listText([...new Set(fields.map(fieldName))]) });
  const [[field, { before, after }]] = Object.entries(changes);
  if (field === 'title') return t('{name} renamed it from “{before}” to “{after}”', { name, before, after });
  if (field === 'due') {
    return after
      ? t('{name} set the due: {due}', { name, due: whenText(after, reader) })
      : t('{name} took the due away', { name });
  }
  if (field === 'labels') {
    return after?.length
      ? t('{name} set the labels: {labels}', { name, labels: listText(after) })
      : t('{name} took the labels away', { name });
  }
  if (field === 'order') return t('{name} put it in another place', { name });
  return t('{name} changed {fields}', { name, fields: fieldName(field) });
}

function whenText(due, reader) {
  const { text } = dueText(due, reader);
  return due.recurrence ? t('{due}, {recurrence}', { due: text, recurrence: recurrenceText(due.recurrence) }) : text;
}

function fieldName(field) {
  const names = {
    title: t('the title'),
    notes: t('the notes'),
    due: t('the due'),
    reminders: t('the reminders'),
    labels: t('the labels'),
    priority: t('the priority'),
    assignee_id: t('the assignee'),
    parent_id: t('what it is part of'),
    order: t('its place'),
  };
  return names[field] ?? t('something');
}
