import { randomUUID } from 'node:crypto';
import type { Stage } from '../stage.js';
import { untilSo } from '../until-answered.js';

const LETTERS = '{ deadLetters(first: 100) { edges { node { id messageId } } } }';
const REPLAY = 'mutation ($id: ID!) { replayDeadLetter(id: $id) }';
const DISCARD = `mutation ($id: ID!) { discardDeadLetter(id: $id, reason: "Nobody can read it.") }`;

/** A message that nobody can handle dies, is replayed, dies again, and is discarded. */
export async function replayDeadLetter({ operator, shop }: Stage): Promise<void> {
  const messageId = randomUUID();
  await shop
    .sql('payment')
    .run(
      `INSERT INTO outbox (message_id, routing_key, version, body) VALUES ($1, 'payment.declined', 1, '{}')`,
      [messageId],
    );
  const dies = () =>
    untilSo(`message ${messageId} is a dead letter`, async () => {
      const { edges } = await operator.ask('deadLetters', LETTERS);
      const letters = edges as { node: { id: string; messageId: string } }[];
      return letters.find(({ node }) => node.messageId === messageId)?.node.id;
    });
  await operator.ask('replayDeadLetter', REPLAY, { id: await dies() });
  await operator.ask('discardDeadLetter', DISCARD, { id: await dies() });
}
