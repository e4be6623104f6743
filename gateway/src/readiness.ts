import type { Log } from '@stampede/shared/telemetry';
import { Agent, request } from 'undici';
import { repeat } from '@stampede/shared/background';

export interface Readiness {
  /** What keeps the gateway from serving, one short reason each; an answer from memory. */
  reasons(): Promise<string[]>;
  close(): Promise<void>;
}

const EVERY_MS = 1_000;
/** Generous: a subgraph that answers slowly under load must not take the whole house out of service. */
const DEADLINE_MS = 5_000;

/** Asks each subgraph's `/readyz` once a second, over a connection of its own, and remembers the answers. */
export function watchReadiness(baseUrls: Record<string, string>, log: Log): Readiness {
  const agent = new Agent({ connections: 1 });
  const problems = new Map(Object.keys(baseUrls).map((name) => [name, `${name} has not answered yet`]));

  async function look(name: string, baseUrl: string): Promise<void> {
    const problem = await problemOf(name, new URL('/readyz', baseUrl), agent);
    if (problem === problems.get(name)) return;
    if (problem === undefined) problems.delete(name);
    else problems.set(name, problem);
    log.info({ subgraph: name, problem: problem ?? null }, 'the readiness of a subgraph changed');
  }

  const watches = Object.entries(baseUrls).map(([name, baseUrl]) =>
    repeat(async () => {
      await look(name, baseUrl);
      return EVERY_MS;
    }),
  );
  return {
    reasons: () => Promise.resolve([...problems.values()]),
    close: async () => {
      const stopped = watches.map((watch) => watch.close());
      await agent.destroy();
      await Promise.all(stopped);
    },
  };
}

async function problemOf(name: string, url: URL, dispatcher: Agent): Promise<string | undefined> {
  try {
    const { statusCode, body } = await request(url, {
      dispatcher,
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    await body.dump();
    return statusCode === 200 ? undefined : `${name} is not ready`;
  } catch (error) {
    return `${name} does not answer (${(error as Error).name})`;
  }
}
