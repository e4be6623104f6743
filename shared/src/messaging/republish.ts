import { SERVICES, type Database, type ServiceName } from '../database/index.js';

/** Their rows wait until every service has its queues; none that is unpublished is tidied away meanwhile. */
const unmark = (schema: ServiceName) =>
  `UPDATE "${schema}".outbox SET published_at = NULL, leased_until = now() + $1 * interval '1 second'`;

/** An inbox forgets after a week: a backup may be older, so of these messages the week begins now. */
const keepInMind = (schema: ServiceName) => `
  UPDATE "${schema}".inbox SET handled_at = now()
  WHERE message_id IN (${SERVICES.map((each) => `SELECT message_id FROM "${each}".outbox`).join(' UNION ALL ')})`;

/**
 * Has all that the outboxes hold published again, in a while: for a broker that has lost its messages, or a database
 * that was restored. The ids are the same, so what has had its effect has no second one. Safe to repeat, also while
 * services run.
 *
 * @param database an administrator's, who may change all schemas.
 * @param afterSeconds when relays may begin: once every service has declared its queues, since the broker drops what
 * no queue takes.
 * @returns how many messages each service says again.
 */
export function republish(database: Database, afterSeconds: number): Promise<Record<ServiceName, number>> {
  return database.transaction('republish', async (tx) => {
    const counts = {} as Record<ServiceName, number>;
    for (const schema of SERVICES) counts[schema] = await tx.run(unmark(schema), [afterSeconds]);
    for (const schema of SERVICES) await tx.run(keepInMind(schema));
    return counts;
  });
}
