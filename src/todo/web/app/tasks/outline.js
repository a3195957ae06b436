// The order of a list's tasks on the screen: each below its parent, as deep as it is.

/** How deep tasks may lie below one another; the service has the same limit. */
export const MOST_DEPTH = 10;

/**
 * The rows of `tasks`, which are sorted: `{task, depth, below, isOpen}`, where `below` counts all tasks below it.
 * A task whose parent is not among them is at the top. What is below a task in `closed` is left out.
 */
export function rowsOf(tasks, closed = new Set()) {
  const known = new Set(tasks.map((task) => task.id));
  const children = new Map();
  for (const task of tasks) {
    const parent = known.has(task.parent_id) ? task.parent_id : null;
    if (children.has(parent)) children.get(parent).push(task);
    else children.set(parent, [task]);
  }
  const rows = [];
  const add = (parent, depth, isShown) => {
    let count = 0;
    for (const task of children.get(parent) ?? []) {
      const row = { task, depth, below: 0, isOpen: !closed.has(task.id) };
      if (isShown) rows.push(row);
      row.below = add(task.id, depth + 1, isShown && row.isOpen);
      count += 1 + row.below;
    }
    return count;
  };
  add(null, 0, true);
  return rows;
}

/** An order between two neighbours, either of which may be missing. */
export function orderBetween(before, after) {
  if (before && after) return (before.order + after.order) / 2;
  if (before) return before.order + 1;
  if (after) return after.order - 1;
  return 1;
}

/**
 * Where a task ends up that is dropped into `rows` (without itself and what is below it) before the row at `index`, as
 * deep as `depth` asks for and the neighbours allow: `{parentId, order, depth}`.
 */
export function placeAt(rows, index, depth) {
  const above = rows[index - 1];
  const beneath = rows[index];
  const most = Math.min(above ? above.depth + 1 : 0, MOST_DEPTH - 1);
  const least = beneath ? beneath.depth : 0;
  const at = Math.max(Math.min(depth, most), Math.min(least, most));
  let parent = null;
  let before = null;
  for (let i = index - 1; i >= 0; i -= 1) {
    const row = rows[i];
    if (row.depth === at) before ??= row;
    if (row.depth < at) {
      parent = row;
      break;
    }
  }
  let after = null;
  for (let i = index; i < rows.length && rows[i].depth >= at; i += 1) {
    if (rows[i].depth === at) {
      after = rows[i];
      break;
    }
  }
  return {
    parentId: parent?.task.id ?? null,
    order: orderBetween(before?.task, after?.task),
    depth: at,
  };
}

/** The rows without those of `ids` and of what is below them. */
export function without(rows, ids) {
  const kept = [];
  let hidden = Infinity;
  for (const row of rows) {
    if (row.depth > hidden) continue;
    hidden = ids.has(row.task.id) ? row.depth : Infinity;
    if (hidden === Infinity) kept.push(row);
  }
  return kept;
}
