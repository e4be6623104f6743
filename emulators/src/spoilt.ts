import type { Fault } from './faults.js';
import type { Answer } from './http.js';

/** A caller that is left without an answer. */
export function withheld(fault: Fault): Answer {
  return { kind: 'withhold', dropAfterMs: fault.delayMs };
}

export function delayed(answer: Answer, fault: Fault): Answer {
  return answer.kind === 'send' ? { ...answer, delayMs: fault.delayMs } : answer;
}
