import type { KeepDeadLetter } from '@stampede/shared/messaging';

/** Hundreds of times what a message of ours has. What is longer was not ours, and is shown, never replayed. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Writes a dead letter down, of whichever service; a second delivery of the same one changes nothing. */
export const keepDeadLetter: KeepDeadLetter = async (tx, letter) => {
  const { messageId, service, queue, routingKey, version, requestId, reason, attempts, diedAt, body } =
    letter;
  await tx.run(
    `INSERT INTO dead_letter (message_id, service, queue, routing_key, version, request_id, reason, attempts, died_at,
       body, whole, replay_of, traceparent)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`,
    [
      messageId,
      service,
      queue,
      routingKey,
      version,
      requestId,
      reason,
      attempts,
      diedAt,
      body.subarray(0, MAX_BODY_BYTES),
      body.length <= MAX_BODY_BYTES,
      letter.replayOf,
      letter.traceparent,
    ],
  );
};
