// What happened to a task, in words: "Ann renamed it from X to Y".
import { listText } from '../date-words.js';
import { dueWords, fieldPhrase } from '../field-words.js';
import { t } from '../i18n.js';

export function taskActivityText(entry) {
  const name = entry.actor_name || t('Somebody');
  if (entry.undoes) return t('{name} took back a change', { name });
  if (entry.kind === 'task.updated') return changeText(name, entry.changes);
  if (entry.kind === 'task.completed' && entry.changes.due?.after) {
    const due = dueWords(entry.changes.due.after);
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

function changeText(name, changes) {
  const fields = Object.keys(changes);
  if (fields.length !== 1) return t('{name} changed {fields}', { name, fields: listText([...new Set(fields.map(fieldPhrase))]) });
  const [[field, { before, after }]] = Object.entries(changes);
  if (field === 'title') return t('{name} renamed it from “{before}” to “{after}”', { name, before, after });
  if (field === 'due') {
    return after
      ? t('{name} set the due: {due}', { name, due: dueWords(after) })
      : t('{name} took the due away', { name });
  }
  if (field === 'labels') {
    return after?.length
      ? t('{name} set the labels: {labels}', { name, labels: listText(after) })
      : t('{name} took the labels away', { name });
  }
  if (field === 'order') return t('{name} put it in another place', { name });
  return t('{name} changed {fields}', { name, fields: fieldPhrase(field) });
}
