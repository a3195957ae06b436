import { distinct, same, wholeDue } from './values.js';

const MOST_IMAGES = 200;

/**
 * What is likely to become of the replica: gestures that are on their way, over it.
 * `tasks` and `lists` hold what differs from the replica by id; null is what is there no more.
 */
export class Draft {
  constructor(replica) {
    this.replica = replica;
    this.tasks = new Map();
    this.lists = new Map();
    this.tails = new Map();
    this.seen = null; // while a gesture is recorded: what was there before it
  }

  task(id) {
    return this.tasks.has(id) ? this.tasks.get(id) : (this.replica.tasks.get(id) ?? null);
  }

  list(id) {
    return this.lists.has(id) ? this.lists.get(id) : (this.replica.lists.get(id) ?? null);
  }

  /** Apply an entry of the outbox. Returns the images of all that it touched, from and to what. */
  apply(entry) {
    this.seen = new Map();
    if (entry.undoes) {
      for (const image of entry.images) this.turn(image);
    } else {
      entry.operations.forEach((operation, at) => {
        if (!this.isIn(operation, entry.results?.[at])) this[operation.do](operation, entry.at);
      });
    }
    const images = [...this.seen].map(([id, { isList, from }]) => {
      return { id, isList, from, to: isList ? this.list(id) : this.task(id) };
    });
    this.seen = null;
    return images.length > MOST_IMAGES ? [] : images;
  }

  /** Whether the replica holds already what the service said that it did. */
  isIn(operation, result) {
    if (!result) return false;
    const isList = operation.do.endsWith('_list');
    const held = isList ? this.replica.lists.get(result.id) : this.replica.tasks.get(result.id);
    return operation.do.startsWith('delete_') ? !held : held?.version >= result.version;
  }

  // -- operations -------------------------------------------------------------------------------

  create_list({ list }, at) {
    if (this.list(list.id)) return;
    const account = this.replica.account;
    const last = Math.max(0, ...[...this.everyList()].map((each) => each.order));
    this.putList({
      url: `/v1/lists/${list.id}`,
      notes: '',
      order: last + 1,
      ...list,
      title: list.title.trim(),
      role: 'owner',
      version: 0,
      created_at: at,
      updated_at: at,
      members: account ? [{ account_id: account.id, name: account.name, role: 'owner' }] : [],
    });
  }

  update_list({ id, changes }) {
    const list = this.list(id);
    if (list) this.putList({ ...list, ...changes });
  }

  delete_list({ id }) {
    if (!this.list(id)) return;
    this.note(id, true);
    this.lists.set(id, null);
    for (const task of [...this.in(id)]) this.remove(task.id);
  }

  create_task({ list_id: listId, task }, at) {
    if (this.task(task.id) || !this.list(listId)) return;
    const { after, due = null, ...given } = task;
    const made = {
      url: `/v1/tasks/${task.id}`,
      list_id: listId,
      parent_id: null,
      notes: '',
      completed: false,
      completed_at: given.completed ? at : null,
      priority: 0,
      reminders: [],
      assignee_id: null,
      version: 0,
      created_at: at,
      updated_at: at,
      ...given,
      title: given.title.trim(),
      due: this.due(due),
      labels: distinct(given.labels || []),
    };
    made.order = given.order ?? this.behind(listId, after) ?? this.tail(listId) + 1;
    this.put(made);
  }

  update_task({ id, changes }, at) {
    const task = this.task(id);
    if (!task) return;
    const { after, list_id: listId, ...given } = changes;
    const next = { ...task };
    if (listId && listId !== task.list_id) {
      if (!this.list(listId)) return;
      this.move(task, listId);
      const isMember = this.list(listId).members.some((each) => each.account_id === task.assignee_id);
      Object.assign(next, { list_id: listId, parent_id: null, order: this.tail(listId) + 1 });
      if (!isMember) next.assignee_id = null;
    }
    Object.assign(next, given);
    if ('title' in given) next.title = given.title.trim();
    if ('labels' in given) next.labels = distinct(given.labels);
    // What completes an occurrence says in `due` what it saw. That it moves on is the service's to say.
    if ('due' in given) next.due = given.completed && task.due?.recurrence ? task.due : this.due(given.due);
    if (next.completed !== task.completed) next.completed_at = next.completed ? at : null;
    if (after) next.order = this.behind(next.list_id, after) ?? next.order;
    this.put(next);
  }

  delete_task({ id }) {
    for (const task of this.tree(id)) this.remove(task.id);
  }

  /** What comes back from the trash is known where it went there just now. */
  restore_task({ id }) {
    for (const entry of this.memory || []) {
      for (const { id: gone, from, to, isList } of entry.images || []) {
        const isOf = gone === id || entry.operations?.some((each) => each.do === 'delete_task' && each.id === id);
        if (isOf && !isList && from && !to && !this.task(gone)) this.put({ ...from });
      }
    }
  }

  /** What undoing makes of a thing: what an entry changed of it is as before, and nothing else. */
  turn({ id, isList, from, to }) {
    const now = isList ? this.list(id) : this.task(id);
    if (!to) {
      this.note(id, isList);
      (isList ? this.lists : this.tasks).set(id, null);
      return;
    }
    const next = { ...(now || to) };
    for (const name of Object.keys(to)) if (now && !same(from?.[name], to[name])) next[name] = to[name];
    if (now) next.version = now.version;
    if (isList) this.putList(next);
    else this.put(next);
  }

  // -- places -----------------------------------------------------------------------------------

  /** The order of the last task of a list. */
  tail(listId) {
    if (!this.tails.has(listId)) {
      let last = 0;
      for (const task of this.in(listId)) last = Math.max(last, task.order);
      this.tails.set(listId, last);
    }
    return this.tails.get(listId);
  }

  /** The order right behind a task of the list; undefined where there is none. */
  behind(listId, anchorId) {
    const anchor = anchorId && this.task(anchorId);
    if (!anchor || anchor.list_id !== listId) return undefined;
    let next = Infinity;
    for (const { id, order } of this.in(listId)) {
      const follows = order > anchor.order || (order === anchor.order && id > anchorId);
      if (follows && order < next) next = order;
    }
    return next === Infinity ? anchor.order + 1 : (anchor.order + next) / 2;
  }

  due(due) {
    return wholeDue(due, this.replica.account?.time_zone || 'UTC');
  }

  // -- things -----------------------------------------------------------------------------------

  *everyList() {
    for (const [id, list] of this.replica.lists) if (!this.lists.has(id)) yield list;
    for (const list of this.lists.values()) if (list) yield list;
  }

  /** The tasks of a list. */
  *in(listId) {
    for (const id of this.replica.tasks.in(listId)) if (!this.tasks.has(id)) yield this.replica.tasks.get(id);
    for (const task of this.tasks.values()) if (task?.list_id === listId) yield task;
  }

  /** A task, and all below it: once each, since what two people did may look like a circle until the service decides. */
  tree(id) {
    const root = this.task(id);
    const found = new Set(root ? [root] : []);
    for (const task of found) {
      for (const each of this.replica.tasks.below(task.id)) {
        if (!this.tasks.has(each)) found.add(this.replica.tasks.get(each));
      }
      for (const each of this.tasks.values()) if (each?.parent_id === task.id) found.add(each);
    }
    return [...found];
  }

  move(task, listId) {
    const members = new Set(this.list(listId).members.map((each) => each.account_id));
    for (const each of this.tree(task.id).slice(1)) {
      const assignee = members.has(each.assignee_id) ? each.assignee_id : null;
      this.put({ ...each, list_id: listId, assignee_id: assignee });
    }
  }

  put(task) {
    this.note(task.id, false);
    this.tasks.set(task.id, Object.freeze(task));
    const tail = this.tails.get(task.list_id);
    if (tail < task.order) this.tails.set(task.list_id, task.order);
  }

  putList(list) {
    this.note(list.id, true);
    this.lists.set(list.id, Object.freeze(list));
  }

  remove(id) {
    this.note(id, false);
    this.tasks.set(id, null);
  }

  note(id, isList) {
    if (!this.seen || this.seen.has(id)) return;
    this.seen.set(id, { isList, from: isList ? this.list(id) : this.task(id) });
  }
}
