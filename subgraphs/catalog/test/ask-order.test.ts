import { expect, test } from '@jest/globals';
import type { ServiceClient } from '@stampede/shared/subgraph';
import { openLog } from '@stampede/shared/telemetry';
import { askOrderForRebuild } from '../src/rebuild/ask-order.js';

test('four products are rebuilt at once for readers, each asked for once, and a change waits for none of them', async () => {
  const asked: string[] = [];
  const ends: (() => void)[] = [];
  const client = {
    ask: (_: string, { productId }: { productId: string }) => {
      asked.push(productId);
      return new Promise<void>((resolve) => ends.push(resolve));
    },
  };
  const rebuilds = askOrderForRebuild(client as unknown as ServiceClient, openLog('catalog', 'silent'));
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  const products = ['1', '2', '3', '4', '5', '6'];
  const read = [...products, ...products].map((id) => rebuilds.now(id));
  rebuilds.later('6');
  await settled();
  expect(asked).toEqual(['1', '2', '3', '4']);
  // Also of a product that a reader is still waiting for.
  const changed = [rebuilds.atOnce('6'), rebuilds.atOnce('6')];
  await settled();
  expect(asked).toEqual(['1', '2', '3', '4', '6']);

  ends[0]!();
  await settled();
  expect(asked.slice(5)).toEqual(['5']);
  ends[1]!();
  await settled();
  expect(asked.slice(6)).toEqual(['6']);
  for (const end of ends) end();
  await Promise.all([...read, ...changed]);
});
