import { expect, test } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { groupExists } from '../processes/identity.ts';
import { startProcess, type ProcessSpec } from '../processes/supervisor.ts';
import { temporaryHome } from './temporary-home.ts';

const shell = (script: string, rest: Partial<ProcessSpec> = {}): ProcessSpec => {
  return { name: 'child', command: '/bin/sh', args: ['-c', script], env: process.env, ...rest };
};

/** Starts a child and waits until it has printed that it listens to signals. */
async function startListening(
  home: ReturnType<typeof temporaryHome>,
  script: string,
  rest: Partial<ProcessSpec> = {},
) {
  const listening = Promise.withResolvers<void>();
  const onLine = (line: string) => line === 'listening' && listening.resolve();
  const child = await startProcess(home, shell(script, { onLine, ...rest }));
  await listening.promise;
  return child;
}

test('a child that obeys its stop signal ends by itself, with the signal that it asked for', async () => {
  using home = temporaryHome();
  const script = `trap 'echo stopped by INT; exit 3' INT; echo listening; while :; do sleep 0.05; done`;
  const child = await startListening(home, script, { stopSignal: 'SIGINT' });

  await child.stop();

  expect(await child.exited).toBe('exited with code 3');
  expect(child.lastLines()).toContain('stopped by INT');
});

test('a child that ignores its stop signal is killed at the deadline, with all that it started', async () => {
  using home = temporaryHome();
  const script = `trap '' TERM; sleep 600 & echo listening; while :; do sleep 0.05; done`;
  const child = await startListening(home, script, { stopDeadlineMs: 200 });

  await child.stop();

  expect(await child.exited).toBe('was ended by SIGKILL');
  expect(groupExists(child.pid)).toBe(false);
});

test('what a child leaves behind when it ends by itself is killed', async () => {
  using home = temporaryHome();
  const child = await startListening(home, 'sleep 600 & echo listening');

  await child.exited;
  await child.stop();

  expect(groupExists(child.pid)).toBe(false);
});

test('a pid file stands for as long as its process', async () => {
  using home = temporaryHome();
  const child = await startListening(home, 'echo listening; exec sleep 600');
  const file = join(home.folder('pids'), 'child.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ name: 'child', pid: child.pid });

  await child.stop();

  expect(readdirSync(home.folder('pids'))).toEqual([]);
});

test('a program that does not exist is named', async () => {
  using home = temporaryHome();
  await expect(startProcess(home, shell('', { command: '/no/such/program' }))).rejects.toThrow(
    /child \(\/no\/such\/program\) cannot be run/,
  );
});
