// The fields of tasks and lists, and what is in them, in words.
import { durationText, listText, momentText, numberText } from './date-words.js';
import { dueText } from './dates.js';
import { t } from './i18n.js';
import { minute, zone } from './now.js';
import { recurrenceText } from './recurrence-words.js';
import { findList, findTask, membersOf } from './store/store.js';

const LONGEST = 200;

/** What a field is called. */
export function fieldName(field) {
  return namesOf(field)?.[0] ?? field;
}

/** What it is called within a sentence. */
export function fieldPhrase(field) {
  return namesOf(field)?.[1] ?? t('something');
}

function namesOf(field) {
  return {
    title: [t('Title'), t('the title')],
    notes: [t('Notes'), t('the notes')],
    completed: [t('Completed')],
    due: [t('Due'), t('the due')],
    priority: [t('Priority'), t('the priority')],
    labels: [t('Labels'), t('the labels')],
    assignee_id: [t('Assigned to'), t('the assignee')],
    parent_id: [t('Subtask of'), t('what it is part of')],
    list_id: [t('List')],
    reminders: [t('Reminders'), t('the reminders')],
    order: [t('Position'), t('its place')],
    role: [t('Role')],
    name: [t('Name')],
  }[field];
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

/** When something is due, and again. */
export function dueWords(due) {
  const { text } = dueText(due, { now: minute.value, timeZone: zone.value });
  return due.recurrence ? t('{due}, {recurrence}', { due: text, recurrence: recurrenceText(due.recurrence) }) : text;
}
