// What happened, in a sentence, by the kind of change that the feed has.
import { t } from './i18n.js';

/** The sentence of one entry of the activity. `title` is what it was about, as far as that is known. */
export function activityText({ kind, actor_name: actor, changes, undoes }, title) {
  const name = actor || t('Somebody');
  const known = title || changes.title?.after || changes.title?.before || changes.name?.after || '';
  const values = { name, title: known };
  const text = (known ? NAMED[kind] : UNNAMED[kind])?.(values) ?? UNNAMED[kind]?.(values) ?? t('{name} changed something', values);
  return undoes ? t('{what} (taken back)', { what: text }) : text;
}

const NAMED = {
  'task.created': (v) => t('{name} added “{title}”', v),
  'task.updated': (v) => t('{name} changed “{title}”', v),
  'task.completed': (v) => t('{name} completed “{title}”', v),
  'task.reopened': (v) => t('{name} opened “{title}” again', v),
  'task.trashed': (v) => t('{name} moved “{title}” to the trash', v),
  'task.restored': (v) => t('{name} restored “{title}”', v),
  'task.moved_in': (v) => t('{name} moved “{title}” here', v),
  'task.moved_out': (v) => t('{name} moved “{title}” to another list', v),
  'list.updated': (v) => t('{name} changed the list', v),
};

const UNNAMED = {
  'task.created': (v) => t('{name} added a task', v),
  'task.updated': (v) => t('{name} changed a task', v),
  'task.completed': (v) => t('{name} completed a task', v),
  'task.reopened': (v) => t('{name} opened a task again', v),
  'task.trashed': (v) => t('{name} moved a task to the trash', v),
  'task.restored': (v) => t('{name} restored a task', v),
  'task.moved_in': (v) => t('{name} moved a task here', v),
  'task.moved_out': (v) => t('{name} moved a task to another list', v),
  'tasks.trashed': (v) => t('{name} moved tasks to the trash', v),
  'tasks.restored': (v) => t('{name} restored tasks', v),
  'tasks.lifted': (v) => t('{name} moved subtasks up', v),
  'tasks.renumbered': (v) => t('{name} put the tasks in order', v),
  'tasks.unassigned': (v) => t('{name} took tasks off somebody', v),
  'list.created': (v) => t('{name} made the list', v),
  'list.updated': (v) => t('{name} changed the list', v),
  'list.trashed': (v) => t('{name} moved the list to the trash', v),
  'list.restored': (v) => t('{name} restored the list', v),
  'label.renamed': (v) => t('{name} renamed a label', v),
  'label.removed': (v) => t('{name} removed a label', v),
  'label.restored': (v) => t('{name} brought a label back', v),
  'member.joined': (v) => t('{name} joined', v),
  'member.left': (v) => t('{name} took somebody off the list, or left', v),
  'member.role_changed': (v) => t('{name} changed the role of a member', v),
  'invitation.created': (v) => t('{name} invited somebody', v),
  'invitation.withdrawn': (v) => t('{name} withdrew an invitation', v),
  'link.created': (v) => t('{name} made a secret link', v),
  'link.revoked': (v) => t('{name} revoked a secret link', v),
};
