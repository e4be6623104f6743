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
import { runOneSale } from './journeys/sell.js';
import { loseApproval, loseDecision, losePaid, loseRefund, loseReturn } from './journeys/unanswered.js';
import type { Stage } from './stage.js';

/** What somebody does, and is told while they do it. @throws WrongAnswer */
export type Journey = (stage: Stage) => Promise<void>;

/** Those that are ordinary, those in which something goes wrong, and those in which watchdogs have to tell again. */
const JOURNEYS = {
  buyBaskets,
  raceForLastUnits,
  cancelAtOnce,
  cancelLater,
  buyCart,
  payElsewhere,
  mistakeToken,
  payTwice,
  giveUp,
  letHoldRunOut,
  exceedLimitAtOnce,
  runOneSale,

  payWithoutAnswer,
  refundWithoutAnswer,
  approveUnseen,
  approveAmidOthers,
  forgetProduct,
  leaveOrphan,
  sellTooMany,
  replayDeadLetter,

  loseApproval,
  loseReturn,
  loseDecision,
  loseRefund,
  losePaid,
} as const satisfies Record<string, Journey>;

export type JourneyName = keyof typeof JOURNEYS;
export const JOURNEY_NAMES = Object.keys(JOURNEYS) as JourneyName[];

/** Go on beside whatever is tried: people buy, race for the last units, and give back. */
export const ALWAYS: readonly JourneyName[] = ['buyBaskets', 'raceForLastUnits', 'cancelAtOnce'];

/** Plays journeys beside each other, each once. @returns what anybody was told wrongly */
export async function play(stage: Stage, names: Iterable<JourneyName>): Promise<string[]> {
  const played = [...new Set(names)];
  const ends = await Promise.allSettled(played.map((name) => JOURNEYS[name](stage)));
  return ends.flatMap((end, index) =>
    end.status === 'rejected' ? [`${played[index]!}: ${messageOf(end.reason)}`] : [],
  );
}

const messageOf = (reason: unknown) => (reason instanceof Error ? reason.message : String(reason));
