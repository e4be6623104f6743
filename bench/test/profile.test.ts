import { afterAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newestResults } from '../src/profile/newest-results.js';
import { readProfile } from '../src/profile/read-profile.js';

const folder = mkdtempSync(join(tmpdir(), 'stampede-profile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const frame = (id: number, functionName: string, url = '', lineNumber = -1) => ({
  id,
  callFrame: { functionName, url, lineNumber },
});

const file = join(folder, 'gateway.cpuprofile');
writeFileSync(
  file,
  JSON.stringify({
    nodes: [
      frame(1, '(idle)'),
      frame(2, 'answer', 'file:///house/gateway/dist/serve.js', 9),
      frame(3, '', 'file:///house/node_modules/undici/lib/pool.js', 0),
      // The same function, called from elsewhere.
      frame(4, 'answer', 'file:///house/gateway/dist/serve.js', 9),
    ],
    startTime: 1_000_000,
    samples: [2, 1, 2, 3, 4, 2],
    timeDeltas: [1_000, 2_000, 3_000, 1_000, 4_000, 50_000],
  }),
);

test('sums up self time by function, of the windows only', () => {
  const part = readProfile(file, [[1_001_500, 1_011_000]], '/house');
  expect(part).toEqual({
    busyMs: 8,
    idleMs: 2,
    entries: [
      { name: 'answer', place: '/gateway/dist/serve.js:10', ms: 7, share: 7 / 8 },
      { name: '(anonymous)', place: 'undici/lib/pool.js:1', ms: 1, share: 1 / 8 },
    ],
  });
});

test('several windows count together, and nothing outside of them', () => {
  const ms = (windows: [number, number][]) => readProfile(file, windows, '/house').busyMs;
  expect(
    ms([
      [1_000_000, 1_001_000],
      [1_061_000, 1_061_000],
    ]),
  ).toBe(51);
  expect(ms([])).toBe(0);
});

test('the newest results are the latest, not the last scenario’s', () => {
  const names = ['profiles', 'stock-reads-2026-11-21T17-00-00.json', 'live-viewers-2026-11-21T17-00-01.json'];
  expect(newestResults(names)).toBe('live-viewers-2026-11-21T17-00-01.json');
  expect(newestResults(['profiles'])).toBeUndefined();
});
