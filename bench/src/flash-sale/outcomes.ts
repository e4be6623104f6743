import type { Decision } from '../checkouts/decision.js';
import { percentilesOf, type Percentiles } from '../measure/percentiles.js';

export interface OutcomeTimes {
  outcome: string;
  count: number;
  /** Milliseconds from the opening, when all of them pressed, to the answer. */
  sinceOpening: Percentiles | null;
  /** Milliseconds from the request on the wire to its answer. */
  service: Percentiles | null;
}

/** By outcome, the frequent ones first; `all` comes last. */
export function timesByOutcome(decisions: Decision[]): OutcomeTimes[] {
  const names = [...new Set(decisions.map(({ outcome }) => outcome))];
  const rows = names.map((name) =>
    timesOf(
      name,
      decisions.filter(({ outcome }) => outcome === name),
    ),
  );
  return [...rows.sort((one, other) => other.count - one.count), timesOf('all', decisions)];
}

function timesOf(outcome: string, decisions: Decision[]): OutcomeTimes {
  return {
    outcome,
    count: decisions.length,
    sinceOpening: percentilesOf(decisions.map(({ answer }) => answer.answeredMs)),
    service: percentilesOf(decisions.map(({ answer }) => answer.answeredMs - answer.sentMs)),
  };
}
