import { afterAll, expect, jest, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openStock } from './inventory-fixture.js';

const stock = openStock();
const { inventory, redis } = stock;
afterAll(() => stock[Symbol.asyncDispose]());

test('a hundred products and the clock are asked for in one write, each product once', async () => {
  const ids = await Promise.all(Array.from({ length: 100 }, () => stock.load()));
  const unknown = randomUUID();
  const before = await inventory.now();
  const write = jest.spyOn(redis.stream, 'write');
  const readings = await inventory.read([...ids, ids[0] as string, unknown]);
  const written = write.mock.calls.map(([data]) => String(data));
  write.mockRestore();
  const after = await inventory.now();

  expect(written).toHaveLength(1);
  expect(written[0]?.match(/hmget/gi)).toHaveLength(101);
  expect(readings).toHaveLength(102);
  expect(readings.map((reading) => reading?.available)).toEqual([...Array(101).fill(10), undefined]);
  for (const reading of readings.slice(0, 101)) {
    expect(reading?.asOf).toBeGreaterThanOrEqual(before);
    expect(reading?.asOf).toBeLessThanOrEqual(after);
  }
});

test('knows when the last unit was taken, the last time that it was', async () => {
  const product = await stock.load({ total: 2 });
  const soldOutAt = async () => (await inventory.read([product]))[0]?.soldOutAt;
  await stock.hold(product);
  expect(await soldOutAt()).toBeNull();

  const before = await inventory.now();
  const last = await stock.hold(product);
  const after = await inventory.now();
  const first = await soldOutAt();
  expect(first).toBeGreaterThanOrEqual(before);
  expect(first).toBeLessThanOrEqual(after);

  await inventory.release('end', last);
  expect(await soldOutAt()).toBe(first);
  while ((await inventory.now()) <= after);
  await stock.hold(product);
  expect(await soldOutAt()).toBeGreaterThan(after);
});
