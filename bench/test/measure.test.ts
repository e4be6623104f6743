import { expect, jest, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpuSeconds, cpuSecondsOf } from '../src/measure/cpu.js';
import { median, percentilesOf } from '../src/measure/percentiles.js';

test('percentiles are measured figures: the nearest rank, whatever the order', () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect(percentilesOf(values)).toEqual({ p50: 100, p99: 198, max: 200 });
  expect(percentilesOf([7])).toEqual({ p50: 7, p99: 7, max: 7 });
  expect(percentilesOf([1, 2])).toEqual({ p50: 1, p99: 2, max: 2 });
  expect(percentilesOf([])).toBeNull();
});

test('the median of an even number is between the two in the middle', () => {
  expect(median([5, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

/** Works until it has used so much CPU time, tells, and stays. */
const worker = (seconds: number, more = '') =>
  `const until = ${seconds} * 1e6;
   while (process.cpuUsage().user + process.cpuUsage().system < until);
   ${more} process.stdout.write('done'); process.stdin.resume();`;

test('a process is charged for itself and for what it started, unless that is told by itself', async () => {
  const nested = `const child = require('node:child_process').spawn(process.execPath,
      ['-e', ${JSON.stringify(worker(0.3))}], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdout.once('data', () => process.stdout.write(String(child.pid)));
    process.stdin.resume();`;
  const parent = spawn(process.execPath, ['-e', nested], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const [text] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = Number(text);
    const together = cpuSeconds(parent.pid!)!;
    const [alone, ofChild] = cpuSecondsOf([parent.pid!, child]) as [number, number];
    expect(ofChild).toBeGreaterThanOrEqual(0.28);
    expect(together).toBeGreaterThanOrEqual(alone + 0.28);
    expect(together).toBeLessThanOrEqual(alone + ofChild + 0.02);
  } finally {
    parent.stdin.end();
    const exited = once(parent, 'exit');
    parent.kill();
    await exited;
  }
});

test('nothing is known of a process that is not there', () => {
  expect(cpuSeconds(2 ** 22 + 1)).toBeUndefined();
});

test('the common clock is the system’s own, however long a process was held up as it began', async () => {
  const heldUp = performance.now() - 50;
  const clock = jest.spyOn(performance, 'now').mockReturnValueOnce(heldUp);
  try {
    const { monotonicMs } = await import('../src/measure/monotonic.js');
    const before = Number(process.hrtime.bigint()) / 1e6;
    const now = monotonicMs();
    const after = Number(process.hrtime.bigint()) / 1e6;
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(after);
  } finally {
    clock.mockRestore();
  }
});
