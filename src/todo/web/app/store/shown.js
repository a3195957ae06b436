import { batch, computed, signal } from '../preact.js';
import { Tasks } from './replica.js';
import { same } from './values.js';

// Where more changes at once, a list is sorted anew.
const MOST_SINGLE = 40;
const NONE = Object.freeze([]);

/** What views see. A task or list is another object only where it says something else. */
export class Shown {
  constructor() {
    this.tasks = new Tasks();
    this.lists = new Map();
    this.ordered = signal(NONE); // lists
    this.shelves = new Map(); // list id: signal of its tasks
    this.single = new Map(); // task id: signal of it
    this.labels = new Map(); // list id: computed counts
    this.all = computed(() => this.ordered.value.flatMap((list) => this.shelf(list.id).value));
    this.counts = steady(computed(() => this.counted()));
  }

  task(id) {
    if (!this.single.has(id)) this.single.set(id, signal(this.tasks.get(id) ?? null));
    return this.single.get(id).value;
  }

  /** The tasks of a list in their order. */
  shelf(listId) {
    if (!this.shelves.has(listId)) this.shelves.set(listId, signal(this.sorted(listId)));
    return this.shelves.get(listId);
  }

  /** Take over what became of these tasks and lists. */
  update(draft, taskIds, listIds) {
    batch(() => {
      const moved = new Map(); // list id: ids that changed in it
      for (const id of taskIds) this.updateTask(id, draft.task(id), moved);
      for (const [listId, ids] of moved) this.rearrange(listId, ids);
      let isOther = false;
      for (const id of listIds) isOther = this.updateList(id, draft.list(id)) || isOther;
      if (isOther) this.ordered.value = Object.freeze([...this.lists.values()].sort(byOrder));
    });
  }

  updateTask(id, next, moved) {
    const before = this.tasks.get(id);
    if (before ? same(before, next) : !next) return;
    for (const each of [before, next]) {
      if (!each) continue;
      if (!moved.has(each.list_id)) moved.set(each.list_id, new Set());
      moved.get(each.list_id).add(id);
    }
    if (next) this.tasks.put(next);
    else this.tasks.remove(id);
    const view = this.single.get(id);
    if (view) view.value = next;
  }

  updateList(id, next) {
    const before = this.lists.get(id);
    if (before ? same(before, next) : !next) return false;
    if (next) this.lists.set(id, next);
    else this.lists.delete(id);
    return true;
  }

  rearrange(listId, ids) {
    const shelf = this.shelves.get(listId);
    if (!shelf) return;
    if (ids.size > MOST_SINGLE) {
      shelf.value = this.sorted(listId);
      return;
    }
    const tasks = shelf.value.filter((task) => !ids.has(task.id));
    for (const id of ids) {
      const task = this.tasks.get(id);
      if (task?.list_id === listId) tasks.splice(place(tasks, task), 0, task);
    }
    shelf.value = Object.freeze(tasks);
  }

  sorted(listId) {
    return Object.freeze([...this.tasks.in(listId)].map((id) => this.tasks.get(id)).sort(byOrder));
  }

  /** Labels with how many open tasks carry them, by name. */
  counted() {
    const all = new Map();
    for (const { id } of this.ordered.value) {
      if (!this.labels.has(id)) this.labels.set(id, steady(computed(() => countLabels(this.shelf(id).value))));
      for (const { name, count } of this.labels.get(id).value) {
        const key = name.toLowerCase();
        const known = all.get(key) || { name, count: 0 };
        all.set(key, { name: known.name, count: known.count + count });
      }
    }
    return [...all.values()].sort((a, b) => a.name.localeCompare(b.name));
  }
}

function byOrder(a, b) {
  return a.order - b.order || (a.id < b.id ? -1 : 1);
}

/** Where a task belongs among sorted ones. */
function place(tasks, task) {
  let [low, high] = [0, tasks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byOrder(tasks[middle], task) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countLabels(tasks) {
  const counts = new Map();
  for (const { labels, completed } of tasks) {
    for (const name of labels) {
      const key = name.toLowerCase();
      const known = counts.get(key) || { name, count: 0 };
      counts.set(key, { name: known.name, count: known.count + (completed ? 0 : 1) });
    }
  }
  return [...counts.values()];
}

/** A computed value that stays the same object while it says the same. */
function steady(source) {
  let last;
  return computed(() => {
    const next = source.value;
    if (!same(last, next)) last = next;
    return last;
  });
}
