import type { Fault } from './faults.js';
import type { Answer } from './http.js';

/** A caller that is left without an answer. */
export function withheld(fault: Fault): Answer {
  return { kind: 'withhold', dropAfterMs: fault.delayMs };
}

/** A caller whose connection ends at once, without an answer. */
export function dropped(): Answer {
  return { kind: 'withhold', dropAfterMs: 1 };
}

export function delayed(answer: Answer, fault: Fault): Answer {
  return answer.kind === 'send' ? { ...answer, delayMs: fault.delayMs } : answer;
}
