/** Tasks by id, with those of each list and those right below each task. */
export class Tasks {
  constructor() {
    this.byId = new Map();
    this.lists = new Map();
    this.parents = new Map();
  }

  get(id) {
    return this.byId.get(id);
  }

  /** The ids in a list. */
  in(listId) {
    return this.lists.get(listId) || NONE;
  }

  /** The ids right below a task. */
  below(taskId) {
    return this.parents.get(taskId) || NONE;
  }

  put(task) {
    this.remove(task.id);
    this.byId.set(task.id, task);
    add(this.lists, task.list_id, task.id);
    if (task.parent_id) add(this.parents, task.parent_id, task.id);
  }

  remove(id) {
    const task = this.byId.get(id);
    if (!task) return;
    this.byId.delete(id);
    take(this.lists, task.list_id, id);
    take(this.parents, task.parent_id, id);
  }
}

const NONE = new Set();

function add(sets, key, id) {
  if (!sets.has(key)) sets.set(key, new Set());
  sets.get(key).add(id);
}

function take(sets, key, id) {
  const set = sets.get(key);
  if (set?.delete(id) && !set.size) sets.delete(key);
}

/**
 * What the service said (docs/api/sync.md): lists with their members, tasks, and how far each list is known.
 * What changed is noted until `take()`.
 */
export class Replica {
  constructor() {
    this.account = null;
    this.token = null;
    this.lists = new Map();
    this.tasks = new Tasks();
    this.positions = new Map();
    this.isWhole = false; // whether it was all that there is, at some time
    this.changed = nothing();
  }

  /** A page of sync, in the order that is documented. */
  apply(page) {
    if (page.reset || this.token === null) this.clear();
    if (page.account) this.account = Object.freeze(page.account);
    for (const id of page.removed_lists) this.forget(id);
    for (const { whole, ...list } of page.lists) {
      if (whole) this.forget(list.id);
      this.putList(list);
    }
    for (const { id, list_id: listId } of page.removed_tasks) this.remove(id, listId);
    for (const task of page.tasks) this.put(task);
    for (const [id, revision] of Object.entries(page.revisions)) this.advance(id, revision);
    this.token = page.token;
    if (!page.more) this.isWhole = true;
  }

  /** A `change` that somebody made just now. Whether that is all there is to it; else sync has the rest. */
  tell(change) {
    this.advance(change.list_id, change.revision);
    const { task_id: id, task } = change;
    if (id && !task) this.remove(id, change.list_id);
    if (task && task.version >= (this.tasks.get(id)?.version ?? 0)) this.put(task);
    return change.complete && /^(task|link)\./.test(change.kind);
  }

  clear() {
    for (const id of [...this.lists.keys()]) this.forget(id);
    for (const id of [...this.tasks.byId.keys()]) this.drop(id);
    this.positions.clear();
    this.isWhole = false;
    this.changed.cleared = true;
  }

  forget(listId) {
    this.lists.delete(listId);
    this.positions.delete(listId);
    this.changed.lists.add(listId);
    for (const id of [...this.tasks.in(listId)]) this.drop(id);
  }

  put(task) {
    this.tasks.put(Object.freeze(task));
    this.changed.tasks.add(task.id);
  }

  putList(list) {
    this.lists.set(list.id, Object.freeze(list));
    this.changed.lists.add(list.id);
  }

  /** A task that is in this list no more; if it is known to be in another one, it stays there. */
  remove(id, listId) {
    if (this.tasks.get(id)?.list_id === listId) this.drop(id);
  }

  drop(id) {
    this.tasks.remove(id);
    this.changed.tasks.add(id);
  }

  advance(listId, revision) {
    if (revision <= (this.positions.get(listId) ?? -1)) return;
    this.positions.set(listId, revision);
    this.changed.lists.add(listId);
  }

  /** What changed since the last time: ids of tasks and lists, and whether everything was forgotten in between. */
  take() {
    const { changed } = this;
    this.changed = nothing();
    return changed;
  }
}

function nothing() {
  return { cleared: false, tasks: new Set(), lists: new Set() };
}
