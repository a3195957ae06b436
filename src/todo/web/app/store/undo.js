import { request } from './api.js';
import { sameField } from './values.js';

/** Take back what an entry undoes. */
export async function deliverUndo(entry, outbox) {
  // The last first; what was not sent was taken out when its turn came.
  const targets = outbox.of(entry.undoes).filter((each) => each.state !== 'waiting');
  const undone = (entry.undone ||= []);
  for (const target of targets.reverse()) {
    const single = [target.operationId || (!target.undone && (await findOperation(target, outbox)))];
    for (const of of (target.undone?.map((each) => each.by) || single).reverse()) {
      if (!of || undone.some((each) => each.of === of)) continue;
      const { body } = await request('POST', `/v1/operations/${of}/undo`, {
        headers: { 'Idempotency-Key': `${entry.id}-${undone.length}` },
      });
      undone.push({ of, by: body.operation_id });
      await outbox.save(entry);
    }
  }
  if (undone.length) await outbox.finish(entry, null);
  else await outbox.drop([entry]);
}

/** The operation of an entry whose answer was lost, from the activity. */
async function findOperation({ operations, results }, outbox) {
  const at = operations?.findIndex((each) => each.do.endsWith('_task')) ?? -1;
  const taskId = results?.[at]?.id;
  if (!taskId) return null;
  const { do: what, changes, task } = operations[at];
  const { body } = await request('GET', `/v1/tasks/${taskId}/activity?limit=50`);
  const me = outbox.replica.account?.id;
  const kinds = { create: /created/, update: /updated|completed|reopened|moved/, delete: /trashed/, restore: /restored/ };
  return body.find((each) => {
    const isMine = (!me || each.actor_id === me) && !each.undoes && kinds[what.split('_')[0]].test(each.kind);
    const told = changes || { title: task?.title };
    return isMine && Object.keys(told).every((name) => {
      return !(name in each.changes) || name === 'order' || sameField(name, each.changes[name].after, told[name]);
    });
  })?.operation_id;
}
