import { prepare } from './conflicts.js';
import { isAbout, madeBy } from './entry.js';
import { newId } from './ids.js';

/** Do what an answer that is no success asks for. */
export async function answer(entry, problem, outbox) {
  if (problem.status === 412) {
    const before = JSON.stringify(entry.body);
    entry.body = null;
    await outbox.sync.run();
    // Where it is as it was said to be, the batch itself changed it on its way.
    if (JSON.stringify(prepare(entry, outbox).body) === before) entry.isBlind = true;
    return;
  }
  if (problem.code === 'idempotency_mismatch') {
    // Another tab sent it, where there is no lock to prevent that.
    await outbox.finish(entry, null);
    return;
  }
  if (problem.status === 404 && !entry.undoes) {
    const at = Number(/^\/operations\/(\d+)/.exec(problem.errors[0]?.pointer)?.[1]);
    const gone = entry.operations[at];
    const isAlone = entry.operations.length === 1;
    if (gone && !gone.do.startsWith('create_') && (!isAlone || gone.do.startsWith('delete_'))) {
      // What is gone is deleted; and it keeps nothing else from being done.
      if (!gone.do.startsWith('delete_')) tell(entry, problem, [gone], outbox);
      entry.operations = entry.operations.filter((_, number) => number !== at);
      entry.base = entry.base.filter((_, number) => number !== at);
      entry.body = null;
      return;
    }
  }
  await refuse(entry, problem, outbox);
}

/** Take an entry back, with all that builds on it, and tell. */
export async function refuse(entry, problem, outbox) {
  const made = madeBy(entry);
  const built = outbox.queue.filter((each) => each !== entry && each.state === 'waiting' && isAbout(each, made));
  tell(entry, problem, [entry, ...built].flatMap((each) => each.operations || []), outbox);
  await outbox.drop([entry, ...built, ...outbox.queue.filter((each) => each.undoes === entry.gesture)]);
}

function tell(entry, { code, detail, errors, status }, operations, outbox) {
  outbox.told.refused({ id: newId(), says: entry.says, problem: { code, detail, errors, status }, operations });
}
