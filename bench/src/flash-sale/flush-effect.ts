import type { LoadAnswer } from '../load/load.js';

/** What buyers noticed of an emptied Redis. Milliseconds. */
export interface FlushEffect {
  /** After the opening. */
  atMs: number;
  answeredBefore: number;
  /** Until the first answer to a request that was sent after it; null when there was none. */
  firstDecisionAfterMs: number | null;
  /** The longest time after it in which nobody was answered. */
  longestSilenceMs: number;
}

/** @param atMs since the load began */
export function readFlush(answers: LoadAnswer[], atMs: number): FlushEffect {
  const told = answers.filter(({ status }) => status !== 0);
  const sentAfter = told.filter(({ sentMs }) => sentMs >= atMs).map(({ answeredMs }) => answeredMs - atMs);
  const answered = told
    .map(({ answeredMs }) => answeredMs)
    .filter((ms) => ms >= atMs)
    .sort((one, other) => one - other);
  const silences = answered.map((ms, index) => ms - (answered[index - 1] ?? atMs));
  return {
    atMs,
    answeredBefore: told.length - answered.length,
    firstDecisionAfterMs: sentAfter.length === 0 ? null : least(sentAfter),
    longestSilenceMs: silences.reduce((longest, ms) => Math.max(longest, ms), 0),
  };
}

const least = (values: number[]) => values.reduce((smallest, value) => Math.min(smallest, value));
