import { isTrue, type Judged } from '../judging/check.js';
import type { Settled } from '../judging/settle.js';
import { table, whole } from './table.js';

/** What had to be so, what of it was not, and what was met on the way. */
export function describeJudged({
  checks,
  problems,
  invariants,
}: Judged & Pick<Settled, 'invariants'>): string {
  return [
    table(
      ['what must be so', 'wanted', 'found'],
      checks.map((check) => [
        `${isTrue(check) ? '✓' : '✗ BROKEN'} ${check.claim}`,
        whole(check.wanted),
        whole(check.found),
      ]),
    ),
    ...invariants.flatMap(({ violations }) => firstOf(violations)),
    ...firstOf(problems),
  ].join('\n');
}

/** Many of a kind say no more than the first few. */
function firstOf(lines: string[], most = 10): string[] {
  const more = lines.length > most ? [`… and ${lines.length - most} more`] : [];
  return [...lines.slice(0, most), ...more].map((line) => `  ! ${line}`);
}
