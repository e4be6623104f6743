import { graphqlRequest } from '../load/requests.js';
import type { LoadGenerator } from '../load/load.js';

/**
 * Opens and warms every connection by asking for the clock that opens sales.
 *
 * @returns how many milliseconds that clock is ahead of this machine's, at least: whoever goes by it is never early.
 */
export async function readServerClock(
  generator: Pick<LoadGenerator, 'eachConnection'>,
  gateway: URL,
): Promise<number> {
  const answers = await generator.eachConnection(graphqlRequest(gateway, { query: '{ serverTime }' }));
  const leads = answers.map(({ answeredAt, body }) => {
    const { data } = JSON.parse(body) as { data?: { serverTime?: string } | null };
    const serverTime = Date.parse(data?.serverTime ?? '');
    if (Number.isNaN(serverTime)) throw new Error(`the server's clock cannot be read: ${body}`);
    // It was read before its answer came, so that this is the least by which it can be ahead.
    return serverTime - answeredAt;
  });
  return leads.reduce((most, lead) => Math.max(most, lead));
}
