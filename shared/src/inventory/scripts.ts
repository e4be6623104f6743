import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { isWatched, passing } from '../crash-points/index.js';
import { Unavailable } from '../errors/index.js';
import { serverOf } from '../redis/index.js';

/** A script's answer: a code, and what belongs to it. */
export type Answer = [code: string, ...details: (string | number)[]];

/** @param step what its crash points are called, where that says more than the script's name. */
export type Script = (
  keys: readonly string[],
  args: readonly (string | number)[],
  step?: string,
) => Promise<Answer>;

const PRELUDE = read('prelude');
/** Each is a Redis that failed over while it was asked. */
const MAX_SERVERS = 4;

/**
 * Loads a script of this folder as a command of the connection (EVALSHA, loaded again when Redis lost it).
 *
 * The script is told the run id of the server that it is sent to, and takes the product of another run as COLD. What
 * was sent to one server and answered by its successor (ioredis sends unanswered commands again) was told the wrong
 * run id: its answer counts for nothing, and it is sent once more. What it may have written there is cold by then.
 */
export function defineScript(redis: Redis, name: string): Script {
  const command = `stampede_${name}`;
  redis.defineCommand(command, { lua: `${PRELUDE}\n${read(name)}` });
  const run = (redis as unknown as Record<string, (...args: (string | number)[]) => Promise<Answer>>)[
    command
  ];
  if (!run) throw new Error(`ioredis did not define ${command}`);
  const server = serverOf(redis);
  const ask: Script = async (keys, args) => {
    for (let asked = 0; asked < MAX_SERVERS; asked += 1) {
      const runId = server.runId ?? (await server.known());
      try {
        const answer = await run.call(redis, keys.length, ...keys, ...args, runId);
        if ((server.runId ?? (await server.known())) === runId) return answer;
      } catch (error) {
        if (!isReadOnly(error)) throw error;
      }
    }
    throw new Unavailable('a master of Redis');
  };
  return (keys, args, step = name) =>
    isWatched() ? passing(step, 'script', () => ask(keys, args)) : ask(keys, args);
}

/** The server has become a replica; the connection is leaving it for its successor. */
const isReadOnly = (error: unknown) => error instanceof Error && error.message.includes('READONLY');

function read(name: string): string {
  return readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8');
}
