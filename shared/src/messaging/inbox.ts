import type { Database, Transaction } from '../database/index.js';

/** Where messages are remembered as handled. */
export interface Inbox {
  /** As the broker has it. */
  queue: string;
  /** Without the namespace: what its transactions are called. */
  name: string;
}

const REMEMBER = `INSERT INTO inbox (message_id, queue) VALUES ($1, $2) ON CONFLICT DO NOTHING`;

/**
 * Runs `effect` in a transaction that also remembers the message, so that a message has its effect once per
 * queue however often it is delivered. Of two deliveries at the same time the second waits for the first.
 */
export function handleOnce(
  database: Database,
  { queue, name }: Inbox,
  messageId: string,
  effect: (tx: Transaction) => Promise<void>,
): Promise<'handled' | 'duplicate'> {
  return database.transaction(name, async (tx) => {
    const remembered = await tx.run(REMEMBER, [messageId, queue]);
    if (remembered === 0) return 'duplicate';
    await effect(tx);
    return 'handled';
  });
}

/** In the order of their ids, so that replicas with the same deliveries wait for one another, and never in a circle. */
const REMEMBER_ALL = `
  INSERT INTO inbox (message_id, queue)
  SELECT message_id, $2 FROM unnest($1::uuid[]) AS message_id ORDER BY message_id
  ON CONFLICT DO NOTHING RETURNING message_id AS "messageId"`;

/**
 * As {@link handleOnce}, of several messages in one transaction: all of them are handled, or none.
 *
 * @param effect is given the places of those that were not handled before; not called when there are none
 */
export function handleAllOnce(
  database: Database,
  { queue, name }: Inbox,
  messageIds: readonly string[],
  effect: (tx: Transaction, fresh: readonly number[]) => Promise<void>,
): Promise<('handled' | 'duplicate')[]> {
  return database.transaction(name, async (tx) => {
    const remembered = await tx.query<{ messageId: string }>(REMEMBER_ALL, [messageIds, queue]);
    const left = new Set(remembered.map(({ messageId }) => messageId));
    // Of two deliveries of one message in the same batch, the first counts.
    const outcomes = messageIds.map((id) => (left.delete(id) ? 'handled' : 'duplicate'));
    const fresh = outcomes.flatMap((outcome, index) => (outcome === 'handled' ? [index] : []));
    if (fresh.length > 0) await effect(tx, fresh);
    return outcomes;
  });
}
