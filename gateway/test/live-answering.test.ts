import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { openAnswering } from '../src/live/sharing/answering.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A plan whose other subgraph is away or there. */
function openStage() {
  const asked: string[] = [];
  const answers: string[] = [];
  const stage = { away: true, takesMs: 0, asked, answers };
  const answering = openAnswering({
    keyOf: ({ data }) => String(data?.key),
    answer: async ({ data }) => {
      const text = `${String(data?.key)}${String(data?.value)}`;
      asked.push(text);
      if (stage.takesMs > 0) await new Promise((resolve) => setTimeout(resolve, stage.takesMs));
      const payload = Buffer.from(stage.away ? `${text}?` : text);
      return { payload, lacking: stage.away };
    },
    onAnswer: (_, payload) => answers.push(payload.toString()),
  });
  const take = (key: string, value = 1) => answering.take({ data: { key, value } });
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  return Object.assign(stage, { answering, take, pass });
}

test('puts right what lacked something, when that is there again, and says the same only once', async () => {
  const stage = openStage();
  stage.take('a');
  stage.take('b');
  await stage.pass(1_000);
  expect(stage.answers).toEqual(['a1?', 'b1?']);
  expect(stage.asked).toHaveLength(4);
  stage.away = false;
  await stage.pass(2_000);
  expect(stage.answers.toSorted()).toEqual(['a1', 'a1?', 'b1', 'b1?']);
  await stage.pass(60_000);
  expect(stage.asked).toHaveLength(6);
  expect(jest.getTimerCount()).toBe(0);
});

test('asks less and less often while it is away', async () => {
  const stage = openStage();
  stage.take('a');
  await stage.pass(60_000);
  expect(stage.asked.length).toBeGreaterThan(8);
  expect(stage.asked.length).toBeLessThan(20);
  expect(stage.answers).toEqual(['a1?']);
});

test('lets go of what lacked something when a newer one of its key comes, or nobody watches any more', async () => {
  const stage = openStage();
  stage.take('a', 1);
  await stage.pass(1);
  stage.away = false;
  stage.take('a', 2);
  await stage.pass(60_000);
  expect(stage.answers).toEqual(['a1?', 'a2']);
  stage.away = true;
  stage.take('b', 1);
  await stage.pass(1);
  stage.answering.close();
  expect(jest.getTimerCount()).toBe(0);
});

test('never puts the older in the place of a newer one that waits for its turn', async () => {
  const stage = openStage();
  stage.take('a', 1);
  await stage.pass(1);
  stage.away = false;
  stage.takesMs = 5_000;
  stage.take('b');
  stage.take('a', 2);
  await stage.pass(20_000);
  expect(stage.answers).toEqual(['a1?', 'b1', 'a2']);
});

test('answers each key in its turn, however often the others change', async () => {
  const answered: string[] = [];
  const keys = Array.from({ length: 20 }, (_, index) => `p${index}`);
  const takeAll = () => {
    for (const key of keys) answering.take({ data: { key } });
  };
  const answering = openAnswering({
    keyOf: ({ data }) => String(data?.key),
    answer: async ({ data }) => {
      // Everything changes before one of them is answered.
      if (answered.length < 60) takeAll();
      return Promise.resolve({ payload: Buffer.from(String(data?.key)), lacking: false });
    },
    onAnswer: (key) => answered.push(key),
  });
  takeAll();
  await jest.advanceTimersByTimeAsync(0);
  // The first is answered at once, before the others have come.
  expect(answered.slice(1, 61)).toEqual([...keys, ...keys, ...keys]);
});
