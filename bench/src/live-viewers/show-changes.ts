import type { Pace } from '../checkouts/checkouts.js';
import { percentilesOfHistogram } from '../measure/histogram.js';
import { percentilesOf, type Percentiles } from '../measure/percentiles.js';
import type { Change } from './changes.js';
import type { LiveViewersParts } from './parts.js';

/** Checkouts at a pace, and how they were shown. Milliseconds from a checkout's answer to a frame that shows it. */
export interface ShownChanges {
  /** Asked for, and reached. */
  wantedPerSecond: number;
  perSecond: number;
  changes: number;
  /** Answers to checkouts that were no order, by what they were. */
  others: Record<string, number>;
  /** Over all viewers and changes. Below zero, a viewer saw it before its buyer was answered. */
  toEach: Percentiles | null;
  /** Of each change, the viewer who was shown it last. */
  toLast: Percentiles | null;
  /** Frames per viewer; as many fewer than changes as were merged on the way. */
  framesPerViewer: number;
  /** How often a viewer was not shown a change, nor anything after it, until the deadline. */
  missed: number;
}

/** What is for sale, and how much of it is left. */
export interface Sale {
  productId: string;
  available: number;
}

const SHOWN_WITHIN_MS = 10_000;

/** Lets buyers take units at a pace, until every viewer has been shown the last of it. */
export async function showChanges(
  { crowds, checkouts }: Pick<LiveViewersParts, 'crowds' | 'checkouts'>,
  sale: Sale,
  viewers: number,
  pace: Pace,
): Promise<ShownChanges> {
  await crowds.clear();
  const changes: Change[] = [];
  const tally = await checkouts.run(
    pace,
    () => sale.productId,
    (_, answeredAt) => {
      // As many are taken at least: others may be, whose buyers are not answered yet.
      sale.available -= 1;
      changes.push({ available: sale.available, answeredAt });
    },
  );
  await crowds.untilShown(sale.available, SHOWN_WITHIN_MS);
  const { latencies, last, frames, missed } = await crowds.compare(changes);
  return {
    wantedPerSecond: pace.perSecond,
    perSecond: tally.perSecond,
    changes: changes.length,
    others: tally.others,
    toEach: percentilesOfHistogram(latencies),
    toLast: percentilesOf([...last].filter(Number.isFinite)),
    framesPerViewer: frames / viewers,
    missed,
  };
}
