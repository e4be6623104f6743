import { expect, test } from '@jest/globals';
import { residentBytes } from '../src/measure/memory.js';
import { fetchMetrics, readMetrics } from '../src/measure/service-metrics.js';
import { openAnsweringServer } from './answering-server.js';

const TEXT = `# HELP frames Messages.
# TYPE frames counter
frames{transport="websocket"} 12
frames{transport="sse"} 3.5e2
frames_of_others 7
heap 1000000
`;

test('sums a metric up over its labels; one that is not there is none', () => {
  expect(readMetrics(TEXT, ['frames', 'heap', 'lost'])).toEqual({ frames: 362, heap: 1_000_000, lost: 0 });
});

test('asks a service for them, and says so when it has none', async () => {
  await using server = await openAnsweringServer((_, index) =>
    index === 0 ? { body: TEXT } : { status: 503 },
  );
  const url = `http://127.0.0.1:${server.port}/graphql`;
  expect(await fetchMetrics(url, ['heap'])).toEqual({ heap: 1_000_000 });
  await expect(fetchMetrics(url, ['heap'])).rejects.toThrow('gave no metrics: 503');
});

test('a process has memory, and one that is not there has none', () => {
  expect(residentBytes(process.pid)).toBeGreaterThan(10e6);
  expect(residentBytes(2 ** 22 + 1)).toBeUndefined();
});
