import type { Floor } from '../floor/measure-floor.js';
import { isTrue } from '../flash-sale/judge.js';
import type { FlashSaleRun } from '../flash-sale/run.js';
import type { SignInFigures } from '../flash-sale/sign-ins.js';
import type { Percentiles } from '../measure/percentiles.js';

/** One run for a person to read. */
export function describeRun(run: FlashSaleRun): string {
  return [
    headline(run),
    '',
    table(
      ['checkout, ms', 'answers', 'p50', 'p99', 'max', 'service p50', 'p99', 'max'],
      run.outcomes.map(({ outcome, count, sinceOpening, service }) => [
        outcome,
        whole(count),
        ...figures(sinceOpening),
        ...figures(service),
      ]),
    ),
    '',
    table(['from the opening', 'ms'], milestones(run)),
    '',
    table(
      ['CPU during the rush', 'seconds', 'µs a decision'],
      Object.entries(run.cpu).map(([name, used]) => [
        name,
        used ? used.seconds.toFixed(2) : 'unknown',
        used ? whole(used.microsecondsPerDecision) : 'unknown',
      ]),
    ),
    ...(run.signIns ? ['', signInsOf(run.signIns)] : []),
    '',
    table(
      ['what must be so', 'wanted', 'found'],
      run.checks.map((check) => [
        `${isTrue(check) ? '✓' : '✗ BROKEN'} ${check.claim}`,
        whole(check.wanted),
        whole(check.found),
      ]),
    ),
    ...run.invariants.flatMap(({ violations }) => firstOf(violations)),
    ...firstOf(run.problems),
  ].join('\n');
}

export function describeFloor({ perSecond, generatorMicroseconds, serverMicroseconds }: Floor): string {
  const cpu = [generatorMicroseconds, serverMicroseconds].map((used) => (used === null ? '?' : whole(used)));
  return `Machine floor: ${whole(perSecond)} requests/s to a bare node:http server (load generator ${cpu[0]} µs, server ${cpu[1]} µs of CPU a request)`;
}

function headline(run: FlashSaleRun): string {
  const { decisions, rushSeconds, decisionsPerSecond, repeats } = run;
  const repeated =
    repeats.requests > 0 ? `; ${repeats.requests} repeats by ${repeats.buyers} buyers, as told` : '';
  return `${whole(decisionsPerSecond)} decisions/s: ${whole(decisions)} answers in ${rushSeconds.toFixed(2)} s${repeated}`;
}

function signInsOf({ signedIn, perSecond, refused, service }: SignInFigures): string {
  const turnedAway = Object.entries(refused).map(([reason, count]) => `${whole(count)} ${reason}`);
  return `Meanwhile ${whole(signedIn)} sign-ins (${perSecond.toFixed(1)}/s; ms p50 p99 max: ${figures(service).join(' ')}), turned away: ${turnedAway.join(', ') || 'none'}`;
}

function milestones({
  soldOutMs,
  lastConfirmedMs,
  payingMs,
  flush,
  pressedAfterMs,
}: FlashSaleRun): string[][] {
  const ms = (value: number | null) => (value === null ? '–' : whole(value));
  return [
    ['first request on the wire', ms(pressedAfterMs)],
    ['sold out, by the last winner’s answer', ms(soldOutMs.byAnswers)],
    ['sold out, by the server’s clock (last order placed)', ms(soldOutMs.byServerClock)],
    ['last winner CONFIRMED, by the server’s clock', ms(lastConfirmedMs)],
    ['  of that, paying: first start to last approval', ms(payingMs)],
    ...(flush
      ? [
          ['FLUSHALL sent', ms(flush.atMs)],
          [
            `  until Redis knew the product again (${flush.availableAfter ?? 0} left)`,
            ms(flush.rebuiltAfterMs),
          ],
          ['  longest time without an answer after it', ms(flush.longestSilenceMs)],
        ]
      : []),
  ];
}

/** Many of a kind say no more than the first few. */
function firstOf(lines: string[], most = 10): string[] {
  const more = lines.length > most ? [`… and ${lines.length - most} more`] : [];
  return [...lines.slice(0, most), ...more].map((line) => `  ! ${line}`);
}

const figures = (times: Percentiles | null): string[] =>
  times ? [times.p50, times.p99, times.max].map(whole) : ['–', '–', '–'];

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

/** The first column to the left, the others to the right. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [line(head), '─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2)), ...rows.map(line)].join(
    '\n',
  );
}
