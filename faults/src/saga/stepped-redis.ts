import { Unavailable } from '@stampede/shared/errors';
import type { Command, Redis } from 'ioredis';
import { shadowTime } from './clock.js';
import { currentLife, step } from './life.js';

type Run = (...args: unknown[]) => Promise<unknown>;

/**
 * Has every script of this connection be a step and go by the history's clock, and every other command counted: those only
 * read, and what they read cannot change between two steps.
 */
export function stepRedis(redis: Redis, clockKey: string): void {
  // Batches that begin with the next turn of the loop belong to nobody's history.
  redis.options.enableAutoPipelining = false;
  const define = redis.defineCommand.bind(redis);
  redis.defineCommand = (name, definition) => {
    define(name, { ...definition, lua: `${shadowTime(clockKey)}\n${definition.lua}` });
    const commands = redis as unknown as Record<string, Run>;
    const run = commands[name]!.bind(redis);
    commands[name] = (...args) =>
      step('script', name.replace('stampede_', ''), (mishap) => sent(run, args, mishap));
  };
  redis.time = async () => {
    const now = Number(await redis.get(clockKey));
    return [Math.floor(now / 1_000), (now % 1_000) * 1_000];
  };

  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command: Command, stream) => {
    const life = currentLife();
    if (!life) return send(command, stream);
    void life.history.during(() => command.promise.catch(() => undefined));
    return send(command, stream);
  };
}

/** A client sends again what was not answered, so that a script may run twice and be answered once. */
async function sent(run: Run, args: unknown[], mishap: string | undefined): Promise<unknown> {
  if (mishap === 'lost') throw new Unavailable('Redis');
  const answer = await run(...args);
  if (mishap === 'twice') return run(...args);
  if (mishap === 'unheard') throw new Unavailable('Redis');
  return answer;
}
