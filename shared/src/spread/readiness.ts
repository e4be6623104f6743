import { Client } from 'undici';
import { repeat } from '../background/index.js';
import type { Address } from './address.js';

const EVERY_MS = 1_000;
/** Generous: one that answers slowly under load must not be taken out of service for that. */
const DEADLINE_MS = 5_000;

/**
 * Asks an address' `/readyz` now and once a second after each answer, over a connection of its own.
 *
 * @param told of each answer: what is wrong, or undefined.
 */
export function watchReadiness(
  { origin, lookup }: Address,
  told: (problem: string | undefined) => void,
): { close(): Promise<void> } {
  const client = new Client(origin, { connect: { timeout: DEADLINE_MS, ...(lookup && { lookup }) } });
  let closed = false;

  const watch = repeat(async () => {
    const problem = await problemOf(client);
    if (!closed) told(problem);
    return EVERY_MS;
  });
  return {
    close: async () => {
      closed = true;
      const stopped = watch.close();
      await client.destroy();
      await stopped;
    },
  };
}

async function problemOf(client: Client): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const { statusCode, body } = await client.request({ method: 'GET', path: '/readyz', signal });
    await body.dump();
    return statusCode === 200 ? undefined : 'is not ready';
  } catch (error) {
    return `does not answer (${(error as Error).name})`;
  }
}
