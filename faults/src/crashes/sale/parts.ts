import { buyBaskets, buyCart, mistakeToken, payElsewhere, payTwice } from './journeys/buy.js';
import { replayDeadLetter } from './journeys/dead-letters.js';
import {
  approveAmidOthers,
  approveUnseen,
  payWithoutAnswer,
  refundWithoutAnswer,
} from './journeys/late-answers.js';
import { cancelAtOnce, cancelLater, giveUp, letHoldRunOut } from './journeys/leave.js';
import { forgetProduct, leaveOrphan, sellTooMany } from './journeys/lost-stock.js';
import { exceedLimitAtOnce, raceForLastUnits } from './journeys/race.js';
import { restockAll, runOneSale } from './journeys/sell.js';
import { standStill } from './journeys/unanswered.js';
import type { Stage } from './stage.js';

/** What somebody does, and is told while they do it. @throws WrongAnswer */
export type Journey = (stage: Stage) => Promise<void>;

/**
 * What a run of the sale is made of. `selling` is always there; of the others one runs with it, where a step is passed
 * in that one alone: they take longer.
 */
export const PARTS = {
  selling: [
    restockAll,
    raceForLastUnits,
    exceedLimitAtOnce,
    buyBaskets,
    buyCart,
    payElsewhere,
    mistakeToken,
    payTwice,
    giveUp,
    letHoldRunOut,
    cancelAtOnce,
    cancelLater,
    runOneSale,
  ],
  mishaps: [
    payWithoutAnswer,
    refundWithoutAnswer,
    approveUnseen,
    approveAmidOthers,
    forgetProduct,
    leaveOrphan,
    sellTooMany,
    replayDeadLetter,
  ],
  unanswered: [standStill],
} as const satisfies Record<string, readonly Journey[]>;

export type PartName = keyof typeof PARTS;
export const PART_NAMES = Object.keys(PARTS) as PartName[];

/** Plays a run of the sale: all journeys beside each other. @returns what anybody was told wrongly */
export async function play(stage: Stage, parts: readonly PartName[]): Promise<string[]> {
  const journeys: readonly Journey[] = parts.flatMap((name) => PARTS[name] as readonly Journey[]);
  const ends = await Promise.allSettled(journeys.map((journey) => journey(stage)));
  return ends.flatMap((end, index) =>
    end.status === 'rejected' ? [`${journeys[index]!.name}: ${messageOf(end.reason)}`] : [],
  );
}

const messageOf = (reason: unknown) => (reason instanceof Error ? reason.message : String(reason));
