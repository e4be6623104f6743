import { expect, test } from '@jest/globals';
import { openStockSimulation } from '../src/stock/open-stock-simulation.js';

const HISTORIES = 1_000;

test('the stock in Redis is what the model says after every step of 1,000 random histories', async () => {
  const { DATABASE_URL: databaseUrl = '', REDIS_URL: redisUrl = '' } = process.env;
  const simulation = await openStockSimulation({ databaseUrl, redisUrl });
  const enough = new AbortController();
  let tried = 0;
  const found = await simulation.run({
    seed: 20_261_122,
    path: undefined,
    signal: enough.signal,
    onTried: (histories) => {
      tried += histories;
      if (tried >= HISTORIES) enough.abort();
    },
  });
  await simulation.close();
  expect(found?.report).toBeUndefined();
  expect(tried).toBeGreaterThanOrEqual(HISTORIES);
});
