import { Offline, Problem, request } from './api.js';
import { prepare } from './conflicts.js';
import { isAbout, madeBy } from './entry.js';
import { answer, refuse } from './refusals.js';
import { backoff } from './turns.js';
import { deliverUndo } from './undo.js';

const MOST_FAULTS = 8;

/** Send what waits, if this is the tab that does so; harmless at any time. */
export async function send(outbox) {
  if (outbox.isSending || !outbox.leads || outbox.isStopped || !outbox.replica.isWhole || !outbox.next()) return;
  outbox.isSending = true;
  let failures = 0;
  try {
    for (let entry = outbox.next(); entry && !outbox.isStopped; entry = outbox.next()) {
      try {
        await attempt(entry, outbox);
        if (failures) outbox.told.reached();
        failures = 0;
      } catch (error) {
        if (error.isOver) return;
        if (error.code === 'internal_error' && failures >= MOST_FAULTS) await refuse(entry, error, outbox);
        else if (error instanceof Offline || error.passes) {
          failures += 1;
          if (error instanceof Offline) outbox.told.unreachable();
          await outbox.pause.wait(Math.max(backoff(failures), (error.retryAfter || 0) * 1000));
        } else throw error;
      }
      if (outbox.isStopped) return;
      outbox.told.changed();
    }
  } finally {
    outbox.isSending = false;
  }
  outbox.told.drained();
}

/** Deliver an entry, and do what an answer that is no success asks for. Throws what may pass, or ends it all. */
async function attempt(entry, outbox) {
  // What was never tried can be taken back without a word.
  if (!navigator.onLine) throw new Offline();
  try {
    await (entry.undoes ? deliverUndo(entry, outbox) : deliver(entry, outbox));
  } catch (error) {
    if (!(error instanceof Problem) || error.passes || error.isOver) throw error;
    await answer(entry, error, outbox);
  }
}

async function deliver(entry, outbox) {
  if (!entry.body) {
    if (outbox.queue.some((other) => other.undoes === entry.gesture)) {
      await withdraw(entry, outbox);
      return;
    }
    const { operations, base, body, conflicts } = prepare(entry, outbox);
    Object.assign(entry, { operations, base });
    for (const conflict of conflicts) outbox.told.conflict(conflict);
    if (!body.length) {
      await outbox.drop([entry]);
      return;
    }
    entry.body = body;
    entry.attempt += 1;
    await outbox.save(entry);
  }
  const { body, headers } = await request('POST', '/v1/batch', {
    body: { operations: entry.body },
    headers: { 'Idempotency-Key': `${entry.id}-${entry.attempt}` },
  });
  entry.operationId = headers.get('X-Operation-Id');
  await outbox.finish(entry, body.results);
}

/** Leave out what was taken back before it was sent, with all that builds on it. */
function withdraw(entry, outbox) {
  const made = madeBy(entry);
  const gone = outbox.queue.filter((each) => each === entry || (!each.body && !each.undoes && isAbout(each, made)));
  return outbox.drop(gone.filter((each) => each.state === 'waiting'));
}
