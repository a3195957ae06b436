// The fields of tasks and lists, and what is in them, in words.
import { durationText, listText, momentText, numberText } from './date-words.js';
import { dueText } from './dates.js';
import { t } from './i18n.js';
import { now, zone } from './now.js';
import { recurrenceText } from './recurrence-words.js';
import { findList, findTask, membersOf } from './store/store.js';

const LONGEST = 200;

/** What a field is called. */
export function fieldName(field) {
  return (
    {
      title: t('Title'),
      notes: t('Notes'),
      completed: t('Completed'),
      due: t('Due'),
      priority: t('Priority'),
      labels: t('Labels'),
      assignee_id: t('Assigned to'),
      parent_id: t('Subtask of'),
      list_id: t('List'),
      reminders: t('Reminders'),
      order: t('Position'),
      role: t('Role'),
      name: t('Name'),
    }[field] ?? field
  );
}

/** What is in it, in words. `listId` is where the people are looked for. */
export function fieldValue(field, value, listId) {
  if (value === null || value === undefined || value === '' || value.length === 0) return t('nothing');
  if (field === 'due') return dueWords(value);
  if (field === 'completed') return value ? t('yes') : t('no');
  if (field === 'priority') return value ? numberText(5 - value) : t('nothing');
  if (field === 'labels') return listText(value);
  if (field === 'assignee_id') {
    return membersOf(listId).find((member) => member.account_id === value)?.name || t('somebody');
  }
  if (field === 'parent_id') return findTask(value)?.title ?? t('another task');
  if (field === 'list_id') return findList(value)?.title ?? t('another list');
  if (field === 'reminders') {
    return listText(value.map((each) => (each.at ? momentText(each.at, zone.value) : durationText(each.before))));
  }
  if (field === 'role') return roleName(value);
  const text = String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** What a role is called. */
export function roleName(role) {
  return { owner: t('Owner'), editor: t('Can edit'), viewer: t('Can view') }[role] ?? role;
}

function dueWords(due) {
  const { text } = dueText(due, { now: now.value, timeZone: zone.value });
  return due.recurrence ? `${text}, ${recurrenceText(due.recurrence)}` : text;
}
