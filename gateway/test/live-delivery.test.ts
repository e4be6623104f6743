import { expect, test } from '@jest/globals';
import { openDelivery, type Viewer } from '../src/live/sharing/deliver.js';
import { openTurns } from '../src/live/sharing/turns.js';

/** Turns that the test takes. */
function openStage() {
  const turns: (() => void)[] = [];
  let overtaken = 0;
  const delivery = openDelivery(
    (work) => void turns.push(work),
    (count) => (overtaken += count),
  );
  const viewer = (slow = false) => {
    const seen: string[] = [];
    let take = () => undefined as void;
    const viewer: Viewer = {
      next: (payload, taken) => {
        seen.push(payload.toString());
        take = taken;
        if (!slow) taken();
      },
      error: (errors) => seen.push(`error ${errors.toString()}`),
      complete: () => seen.push('complete'),
    };
    delivery.add(viewer);
    return { viewer, seen, take: () => take() };
  };
  return {
    delivery,
    viewer,
    overtaken: () => overtaken,
    waiting: () => turns.length,
    turn: () => turns.shift()?.(),
    send: (text: string, key = '') => delivery.send(key, Buffer.from(text)),
  };
}

test('gives many viewers a payload in slices, and who waits for theirs the one that overtook it', () => {
  const stage = openStage();
  const viewers = Array.from({ length: 600 }, () => stage.viewer());
  const counts = () => viewers.reduce((sum, { seen }) => sum + seen.length, 0);
  stage.send('1');
  expect(counts()).toBe(250);
  stage.turn();
  expect(counts()).toBe(500);
  stage.send('2');
  expect(counts()).toBe(500);
  while (stage.waiting() > 0) stage.turn();
  expect(viewers.map(({ seen }) => seen.join()).filter((seen) => seen === '1,2')).toHaveLength(500);
  expect(viewers.map(({ seen }) => seen.join()).filter((seen) => seen === '2')).toHaveLength(100);
  expect(stage.overtaken()).toBe(100);
  stage.send('3');
  while (stage.waiting() > 0) stage.turn();
  expect(viewers.every(({ seen }) => seen.at(-1) === '3')).toBe(true);
});

test('gives a slow viewer one payload at a time: the newest of each key, in the order in which they came', () => {
  const stage = openStage();
  const slow = stage.viewer(true);
  for (const [text, key] of [
    ['a1', 'a'],
    ['b1', 'b'],
    ['a2', 'a'],
    ['c1', 'c'],
    ['a3', 'a'],
  ] as const)
    stage.send(text, key);
  expect(slow.seen).toEqual(['a1']);
  for (let index = 0; index < 5; index += 1) slow.take();
  expect(slow.seen).toEqual(['a1', 'b1', 'c1', 'a3']);
  expect(stage.overtaken()).toBe(1);
});

test('keeps nothing from a slow viewer because the rest changes all the time', () => {
  const stage = openStage();
  const slow = stage.viewer(true);
  const keys = Array.from({ length: 50 }, (_, index) => `p${index}`);
  // Everything changes between one that they take and the next.
  for (let round = 0; round < 100; round += 1) {
    for (const key of keys) stage.send(`${key} ${round}`, key);
    slow.take();
  }
  const times = keys.map((key) => slow.seen.filter((text) => text.startsWith(`${key} `)).length);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...times)).toBeLessThanOrEqual(3);
  for (let index = 0; index < 60; index += 1) slow.take();
  expect(new Set(slow.seen.slice(-50))).toEqual(new Set(keys.map((key) => `${key} 99`)));
  // Each one was given once, or counted.
  expect(new Set(slow.seen).size).toBe(slow.seen.length);
  expect(slow.seen.length + stage.overtaken()).toBe(50 * 100);
  stage.send('p0 100', 'p0');
  expect(slow.seen.at(-1)).toBe('p0 100');
});

test('gives a newcomer what is current of every key, and nothing that is outdated', () => {
  const stage = openStage();
  const first = stage.viewer();
  stage.send('a1', 'a');
  stage.send('a2', 'a');
  stage.send('b1', 'b');
  expect(stage.viewer().seen).toEqual(['a2', 'b1']);
  stage.delivery.outdate();
  const patient = stage.viewer();
  expect(patient.seen).toEqual([]);
  stage.send('a3', 'a');
  expect(patient.seen).toEqual(['a3']);
  expect(stage.viewer().seen).toEqual(['a3']);
  expect(first.seen).toEqual(['a1', 'a2', 'b1', 'a3']);
  expect(stage.overtaken()).toBe(0);
});

test('tells newcomers of a payload about nothing only until there is another', () => {
  const stage = openStage();
  stage.send('a1', 'a');
  stage.send('nothing', '');
  expect(stage.viewer().seen).toEqual(['a1', 'nothing']);
  stage.send('b1', 'b');
  expect(stage.viewer().seen).toEqual(['a1', 'b1']);
});

test('forgets the keys that changed longest ago, beyond two hundred', () => {
  const stage = openStage();
  for (let key = 0; key < 300; key += 1) stage.send(`${key}`, `${key}`);
  const { seen } = stage.viewer();
  expect(seen).toHaveLength(200);
  expect(seen.at(0)).toBe('100');
});

test('gives everybody what they have not had before the end, and nothing after it or after they left', () => {
  const stage = openStage();
  const [fast, slow, gone] = [stage.viewer(), stage.viewer(true), stage.viewer(true)];
  stage.send('1', 'a');
  stage.send('2', 'b');
  stage.delivery.remove(gone.viewer);
  gone.take();
  stage.send('1 again', 'a');
  slow.take();
  stage.delivery.end((viewer) => viewer.complete());
  slow.take();
  stage.send('3', 'c');
  expect(fast.seen).toEqual(['1', '2', '1 again', 'complete']);
  expect(slow.seen).toEqual(['1', '2', '1 again', 'complete']);
  expect(gone.seen).toEqual(['1']);
  expect(stage.delivery.viewers()).toBe(0);
});

test('does one piece of work in each turn of the event loop, in order, also what is added meanwhile', async () => {
  const later = openTurns();
  const done: string[] = [];
  later(() => {
    done.push('first');
    later(() => done.push('added'));
  });
  later(() => done.push('second'));
  const seen = [];
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(done.length);
  }
  expect(done).toEqual(['first', 'second', 'added']);
  expect(seen).toEqual([1, 2, 3, 3]);
});
