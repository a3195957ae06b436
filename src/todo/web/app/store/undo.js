import { request } from './api.js';

/** Take back what an entry undoes. */
export async function deliverUndo(entry, outbox) {
  // The last first; what was not sent was taken out when its turn came.
  const targets = outbox.of(entry.undoes).filter((each) => each.state !== 'waiting');
  const undone = (entry.undone ||= []);
  for (const target of targets.reverse()) {
    const operations = target.undone?.map((each) => each.by) || [target.operationId];
    for (const of of operations.reverse()) {
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
