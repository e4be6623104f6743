import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Reply, Work } from './protocol.js';

/** A process of its own that does what it is asked for, so that its CPU time can be told from what it measures. */
export interface Child<W extends Work> {
  pid: number;
  /** @throws Error what the child says, or that it has ended */
  ask<K extends keyof W & string>(
    kind: K,
    wish: Parameters<W[K]>[0],
    onProgress?: (done: number) => void,
  ): ReturnType<W[K]>;
  close(): Promise<void>;
}

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  onProgress: ((done: number) => void) | undefined;
}

/** @param entry a built script that calls `serveParent`; @param name what it is called when it has ended */
export async function spawnChild<W extends Work>(entry: string, name: string): Promise<Child<W>> {
  // 'advanced' passes buffers on as they are.
  const child = fork(entry, { serialization: 'advanced', execArgv: ['--enable-source-maps'] });
  const waiting = new Map<number, Waiting>();
  let ids = 0;
  child.on('message', (reply: Reply) => {
    const asked = waiting.get(reply.id);
    if (!asked) return;
    if ('done' in reply) {
      asked.onProgress?.(reply.done);
      return;
    }
    waiting.delete(reply.id);
    if ('error' in reply) asked.reject(new Error(reply.error));
    else asked.resolve(reply.result);
  });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`the ${name} has ended`));
  });
  await once(child, 'spawn');
  return {
    pid: child.pid!,
    ask: (kind, wish, onProgress) => {
      const id = ids++;
      const answer = new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject, onProgress });
        child.send({ id, kind, wish }, (error) => error && reject(error));
      });
      return answer as never;
    },
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
