import type { Database, Transaction } from '../database/index.js';

const REMEMBER = `INSERT INTO inbox (message_id, queue) VALUES ($1, $2) ON CONFLICT DO NOTHING`;

/**
 * Runs `effect` in a transaction that also remembers the message, so that a message has its effect once per
 * queue however often it is delivered. Of two deliveries at the same time the second waits for the first.
 */
export function handleOnce(
  database: Database,
  queue: string,
  messageId: string,
  effect: (tx: Transaction) => Promise<void>,
): Promise<'handled' | 'duplicate'> {
  return database.transaction(async (tx) => {
    const remembered = await tx.run(REMEMBER, [messageId, queue]);
    if (remembered === 0) return 'duplicate';
    await effect(tx);
    return 'handled';
  });
}
