import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, isRunning } from '../processes/identity.ts';
import { endStaleProcesses, writePidFile } from '../processes/pid-file.ts';
import { temporaryHome } from './temporary-home.ts';

async function bystander() {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  return {
    pid: child.pid!,
    identity: identify(child.pid!)!,
    exited: once(child, 'exit'),
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}

test('a process that a crashed start left running is named and ended', async () => {
  using home = temporaryHome();
  using stale = await bystander();
  writePidFile(home, 'order', stale.pid, 'SIGTERM');
  const lines: string[] = [];

  await endStaleProcesses(home, (line) => lines.push(line));

  expect(isRunning(stale.identity)).toBe(false);
  expect(lines).toEqual([`Ended what a crashed start left running: order (process ${stale.pid})`]);
  expect(readdirSync(home.folder('pids'))).toEqual([]);
  expect(await stale.exited).toEqual([null, 'SIGTERM']);
});

test('a stranger who got the pid of a process that is gone is left alone', async () => {
  using home = temporaryHome();
  using stranger = await bystander();
  writePidFile(home, 'order', stranger.pid, 'SIGTERM');
  const file = join(home.folder('pids'), 'order.json');
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...recorded, startedAt: 'an earlier boot/1' }));
  const lines: string[] = [];

  await endStaleProcesses(home, (line) => lines.push(line));

  expect(isRunning(stranger.identity)).toBe(true);
  expect(lines).toEqual([]);
});

test('a pid file that was cut off in the middle names nobody', async () => {
  using home = temporaryHome();
  writeFileSync(join(home.folder('pids'), 'order.json'), '{"name":"ord');

  await endStaleProcesses(home);

  expect(readdirSync(home.folder('pids'))).toEqual([]);
});
