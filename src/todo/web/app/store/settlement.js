/** Where the entries are that were done: they need not be seen any more once the replica has them. */
export function settle(outbox) {
  const draft = outbox.over();
  for (const entry of outbox.queue) {
    if (entry.state !== 'done') continue;
    // Without a number it was done in another tab, or before: a sync from now on.
    if (!outbox.since.has(entry.id)) outbox.since.set(entry.id, outbox.sync.begun);
    const isIn = !entry.undoes && entry.operations.every((each, at) => draft.isIn(each, entry.results?.[at]));
    if (!isIn && outbox.sync.ended <= outbox.since.get(entry.id)) continue;
    adopt(entry, outbox);
    entry.state = 'sent';
    if (outbox.leads) outbox.save(entry);
  }
}

/** Let the entry that builds on what was written here build on how the service writes it. */
function adopt(entry, outbox) {
  const later = outbox.queue.filter((each) => each.seq > entry.seq && each.state === 'waiting');
  entry.operations?.forEach((operation, at) => {
    const held = outbox.replica.tasks.get(operation.id) || outbox.replica.lists.get(operation.id);
    if (!operation.changes || held?.version !== entry.results?.[at]?.version) return;
    const names = new Set(Object.keys(operation.changes));
    for (const { operations = [], base } of later) {
      operations.forEach(({ id, changes }, number) => {
        if (id !== operation.id || !base[number]) return;
        for (const name of names) {
          if (name in base[number]) base[number][name] = held[name];
          // What comes after it builds on that one.
          if (name in changes) names.delete(name);
        }
      });
    }
  });
}
