import { expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { readFlush } from '../src/flash-sale/flush.js';
import { judge } from '../src/flash-sale/judge.js';
import { readDecision } from '../src/checkouts/decision.js';
import { timesByOutcome } from '../src/flash-sale/outcomes.js';
import { describeRun } from '../src/flash-sale/report.js';
import type { FlashSaleRun } from '../src/flash-sale/run.js';
import { figures } from '../src/flash-sale/scenario.js';
import { holds } from '../src/judging/check.js';
import { openProgress } from '../src/report/progress.js';
import { writeResults } from '../src/report/results.js';
import { describeSpread } from '../src/report/spread.js';
import { evidence, failed, order, soldOut } from './evidence.js';

const proof = evidence();
const run: FlashSaleRun = {
  productId: 'shoe',
  opensAt: '2026-11-21T10:00:00.000Z',
  pressedAfterMs: 1,
  decisions: 4,
  rushSeconds: 0.02,
  decisionsPerSecond: 200,
  outcomes: timesByOutcome(proof.decisions),
  repeats: { requests: 0, buyers: 0 },
  soldOutMs: { byAnswers: 10, byServerClock: 8 },
  lastConfirmedMs: 400,
  payingMs: 300,
  flush: null,
  signIns: null,
  cpu: { gateway: { seconds: 0.5, microsecondsPerDecision: 125_000 }, redis: null },
  books: proof.books,
  leftOver: proof.leftOver,
  invariants: proof.invariants,
  checks: judge(proof),
  problems: [],
  monotonicMicroseconds: [0, 20_000],
};

test('the frequent outcomes come first, and all of them together last', () => {
  const answers = [order('a', 0, 30), soldOut(20, 40), soldOut(20, 60), failed('INTERNAL')];
  expect(timesByOutcome(answers.map(readDecision))).toEqual([
    {
      outcome: 'SoldOut',
      count: 2,
      sinceOpening: { p50: 40, p99: 60, max: 60 },
      service: { p50: 20, p99: 40, max: 40 },
    },
    {
      outcome: 'Order',
      count: 1,
      sinceOpening: { p50: 30, p99: 30, max: 30 },
      service: { p50: 30, p99: 30, max: 30 },
    },
    {
      outcome: 'INTERNAL',
      count: 1,
      sinceOpening: { p50: 10, p99: 10, max: 10 },
      service: { p50: 10, p99: 10, max: 10 },
    },
    {
      outcome: 'all',
      count: 4,
      sinceOpening: { p50: 30, p99: 60, max: 60 },
      service: { p50: 20, p99: 40, max: 40 },
    },
  ]);
});

test('the table says each figure once, and what cannot be told', () => {
  const lines = describeRun(run)
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' '));
  expect(lines).toEqual(
    expect.arrayContaining([
      '200 decisions/s: 4 answers in 0.02 s',
      'SoldOut 2 20 20 20 8 8 8',
      'sold out, by the last winner’s answer 10',
      'last winner CONFIRMED, by the server’s clock 400',
      'gateway 0.50 125,000',
      'redis unknown unknown',
      '✓ winners 2 2',
      '✓ won captured 200,000 200,000',
    ]),
  );
  expect(lines.some((line) => line.includes('BROKEN') || line.includes('FLUSHALL'))).toBe(false);
});

test('what is broken is marked, and said in words', () => {
  const invariants = [
    { invariant: 3 as const, claim: 'money', violations: Array(12).fill('payment x') as string[] },
  ];
  const broken = {
    ...run,
    invariants,
    checks: judge({ ...proof, invariants }),
    problems: ['order a: declined'],
  };
  const text = describeRun(broken);
  expect(text).toMatch(/^✗ BROKEN 3\. money: violations +0 +12$/m);
  expect(text.match(/^ {2}! payment x$/gm)).toHaveLength(10);
  expect(text).toContain('! … and 2 more');
  expect(text).toContain('! order a: declined');
});

test('a run holds only when every check does and nobody met a problem', () => {
  expect(holds(run)).toBe(true);
  expect(holds({ ...run, problems: ['order a: declined'] })).toBe(false);
  expect(holds({ ...run, checks: [...run.checks, { claim: 'x', wanted: 0, found: 1 }] })).toBe(false);
  expect(holds({ ...run, checks: [...run.checks, { claim: 'x', wanted: 0, found: Number.NaN }] })).toBe(
    false,
  );
});

test('an emptied Redis shows in the time in which nobody was answered', () => {
  const answers = [10, 20, 55, 60, 100].map((ms) => soldOut(0, ms));
  const lost = { ...soldOut(0, 90), status: 0 };
  expect(readFlush([...answers, lost], 25)).toEqual({ atMs: 25, answeredBefore: 2, longestSilenceMs: 40 });
  const flush = { ...readFlush(answers, 25), rebuiltAfterMs: 12, availableAfter: 1 };
  const text = describeRun({ ...run, flush, repeats: { requests: 3, buyers: 2 } });
  expect(text).toContain('3 repeats by 2 buyers, as told');
  expect(text).toMatch(/until Redis knew the product again \(1 left\) +12$/m);
});

test('several runs are told by their median and their ends', () => {
  const runs = [300, 100, 200].map((decisionsPerSecond) => ({ ...run, decisionsPerSecond }));
  expect(describeSpread(runs, figures)).toMatch(/^decisions\/s +200 +100 +300$/m);
  expect(
    describeSpread(
      runs.map((each) => ({ ...each, lastConfirmedMs: null })),
      figures,
    ),
  ).not.toContain('CONFIRMED');
});

test('the results are JSON of a stable shape, in a file named for the scenario and the time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-bench-'));
  try {
    const args = {
      scenario: 'flash-sale',
      buyers: 4,
      stock: 2,
      connections: 4,
      runs: 1,
      signIns: 0,
      watch: 0,
      flush: false,
      profile: false,
    } as const;
    const floor = {
      requests: 1,
      seconds: 1,
      perSecond: 1,
      generatorMicroseconds: null,
      serverMicroseconds: 2,
    };
    const file = await writeResults(folder, args, { floor, runs: [run], good: true });
    expect(file).toMatch(/flash-sale-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.json$/);
    const content = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    expect(Object.keys(content)).toEqual(['scenario', 'at', 'good', 'arguments', 'machine', 'floor', 'runs']);
    expect(content).toMatchObject({
      scenario: 'flash-sale',
      good: true,
      arguments: { buyers: 4, stock: 2 },
      floor,
      runs: [run],
    });
    expect(Object.keys(content.machine as object)).toEqual([
      'processor',
      'processors',
      'loadAverage',
      'node',
      'commit',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('progress is one line that is written over, and nothing at all where nobody watches', () => {
  const read = (isTTY: boolean) => {
    const stream = Object.assign(new PassThrough(), { isTTY });
    const progress = openProgress(stream as unknown as NodeJS.WriteStream);
    progress.show('deciding', 5, 10);
    progress.clear();
    return String(stream.read() ?? '');
  };
  expect(read(true)).toContain('deciding ███████████████░░░░░░░░░░░░░░░ 5/10');
  expect(read(true)).not.toContain('\n');
  expect(read(false)).toBe('');
});

test('the table says what became of those who signed in meanwhile', () => {
  const service = { p50: 40, p99: 90, max: 95 };
  const signIns = { signedIn: 12, perSecond: 24.04, refused: { SERVICE_UNAVAILABLE: 3 }, service };
  expect(describeRun({ ...run, signIns })).toContain(
    'Meanwhile 12 sign-ins (24.0/s; ms p50 p99 max: 40 90 95), turned away: 3 SERVICE_UNAVAILABLE',
  );
  expect(describeRun(run)).not.toContain('Meanwhile');
});
