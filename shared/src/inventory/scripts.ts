import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/** A script's answer: a code, and what belongs to it. */
export type Answer = [code: string, ...details: (string | number)[]];

export type Script = (keys: readonly string[], args: readonly (string | number)[]) => Promise<Answer>;

const PRELUDE = read('prelude');

/** Loads a script of this folder as a command of the connection (EVALSHA, loaded again when Redis lost it). */
export function defineScript(redis: Redis, name: string): Script {
  const command = `stampede_${name}`;
  redis.defineCommand(command, { lua: `${PRELUDE}\n${read(name)}` });
  const run = (redis as unknown as Record<string, (...args: (string | number)[]) => Promise<Answer>>)[
    command
  ];
  if (!run) throw new Error(`ioredis did not define ${command}`);
  return (keys, args) => run.call(redis, keys.length, ...keys, ...args);
}

function read(name: string): string {
  return readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8');
}
