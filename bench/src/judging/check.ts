import type { Finding, LeftOver } from '@stampede/shared/testing';

/** One thing that must be so in the end, with the number that was found. */
export interface Check {
  claim: string;
  wanted: number;
  found: number;
}

export const isTrue = ({ wanted, found }: Check): boolean => wanted === found;

/** What was judged of one run. */
export interface Judged {
  checks: Check[];
  /** What went wrong on the way, in words. */
  problems: string[];
}

/** Whether everything that must be so is so. */
export const holds = ({ checks, problems }: Judged): boolean => checks.every(isTrue) && problems.length === 0;

export const checkInvariants = (invariants: Finding[]): Check[] =>
  invariants.map(({ invariant, claim, violations }) => ({
    claim: `${invariant}. ${claim}: violations`,
    wanted: 0,
    found: violations.length,
  }));

export const checkLeftOver = (leftOver: LeftOver): Check[] => [
  { claim: 'messages not published', wanted: 0, found: leftOver.unpublishedMessages },
  { claim: 'stock effects waiting', wanted: 0, found: leftOver.waitingStockEffects },
  { claim: 'dead letters', wanted: 0, found: leftOver.deadLetters },
];
