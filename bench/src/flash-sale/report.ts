import { describeJudged } from '../report/judged.js';
import { figures, table, whole } from '../report/table.js';
import type { FlashSaleRun } from './run.js';
import type { SignInFigures } from './sign-ins.js';

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
    describeJudged(run),
  ].join('\n');
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
