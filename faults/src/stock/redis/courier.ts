import type { Redis } from 'ioredis';

/** A script that is about to be sent. */
export interface Sending {
  script: 'reserve' | 'commit' | 'release' | 'settings' | 'stage' | 'publish';
  keys: string[];
  /** Sends it. As often as it is called: ioredis sends again what was not answered when a connection broke. */
  send: () => Promise<unknown>;
}

/** Decides when a product's scripts are sent, and how often. */
export type Courier = (sending: Sending) => Promise<unknown>;

type Command = (this: Redis, ...args: (string | number)[]) => Promise<unknown>;

const PREFIX = 'stampede_';

/**
 * Puts a courier between a connection and whoever defines scripts on it from now on.
 * @param courierOf is given a script's first key
 */
export function sendBy(redis: Redis, courierOf: (key: string) => Courier | undefined): void {
  const define = redis.defineCommand.bind(redis);
  const commands = redis as unknown as Record<string, Command>;
  redis.defineCommand = (name, definition) => {
    define(name, definition);
    const command = commands[name]!;
    const script = name.slice(PREFIX.length) as Sending['script'];
    commands[name] = function (this: Redis, ...args) {
      // The pipelines that ioredis makes by itself take their commands from here.
      if (this !== redis) return command.apply(this, args);
      const send = () => command.apply(redis, args);
      const [numberOfKeys, ...keysAndArgs] = args as [number, ...string[]];
      const keys = keysAndArgs.slice(0, numberOfKeys);
      const courier = courierOf(keys[0]!);
      return courier ? courier({ script, keys, send }) : send();
    };
  };
}
