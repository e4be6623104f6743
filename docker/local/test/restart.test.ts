import { expect, test } from '@jest/globals';
import { keepRunning, type RestartPolicy } from '../processes/restart.ts';
import type { RunningProcess } from '../processes/supervisor.ts';

/** A process that ends when the test says so. */
function puppet(pid: number) {
  const { promise: exited, resolve: end } = Promise.withResolvers<string>();
  const stopped: number[] = [];
  const process: RunningProcess = {
    name: 'order',
    pid,
    exited,
    lastLines: () => `last words of ${pid}`,
    stop: async () => {
      stopped.push(pid);
      end('exited with code 0');
    },
  };
  return { process, stopped, crash: (how = 'exited with code 7') => end(how) };
}

function keep(attempts: number, steadyMs = 60_000) {
  const puppets = [puppet(1)];
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  const policy: RestartPolicy = {
    attempts,
    steadyMs,
    firstDelayMs: 1,
    report: (line) => lines.push(line),
    onRestart: () => waiting.shift()?.(),
  };
  const start = async () => {
    puppets.push(puppet(puppets.length + 1));
    return puppets.at(-1)!.process;
  };
  const kept = keepRunning(puppets[0]!.process, start, policy);
  const crash = (how?: string) => puppets.at(-1)!.crash(how);
  const crashAndReturn = (how?: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    crash(how);
    return promise;
  };
  return { kept, puppets, lines, crash, crashAndReturn };
}

test('a crashed service is started again, and told with its last lines', async () => {
  const { kept, lines, crashAndReturn } = keep(5);

  await crashAndReturn();

  expect(kept.pid()).toBe(2);
  expect(lines).toEqual([
    'order exited with code 7. Its last lines:\nlast words of 1\norder starts again in 1 ms (1 of 5)',
  ]);
});

test('of one that was killed no last lines are told, which would not be about that', async () => {
  const { lines, crashAndReturn } = keep(5);

  await crashAndReturn('was ended by SIGKILL');

  expect(lines).toEqual(['order was ended by SIGKILL.\norder starts again in 1 ms (1 of 5)']);
});

test('a service that keeps crashing is given up after its attempts', async () => {
  const { kept, puppets, lines, crash, crashAndReturn } = keep(2);
  await crashAndReturn();
  await crashAndReturn();
  crash();

  expect(await kept.gaveUp).toContain('last words of 3\norder keeps crashing and is given up.');
  expect(puppets).toHaveLength(3);
  expect(lines.map((line) => line.match(/in (\d+) ms/)?.[1])).toEqual(['1', '2']);
});

test('a service that is stopped is not started again', async () => {
  const { kept, puppets, crashAndReturn } = keep(5);
  await crashAndReturn();

  await kept.stop();
  const still = await Promise.race([kept.gaveUp, Promise.resolve('stopped')]);

  expect(still).toBe('stopped');
  expect(puppets.map((each) => each.stopped)).toEqual([[], [2]]);
});

test('a service that had run for long is started again, however often it is ended', async () => {
  const { kept, puppets, crashAndReturn } = keep(1, 0);

  for (let times = 0; times < 3; times += 1) await crashAndReturn();
  await kept.stop();

  expect(puppets).toHaveLength(4);
});
