import type { Fault, FaultOf } from '../faults.js';
import { html, type Answer } from '../http.js';
import { delayed, withheld } from '../spoilt.js';

export interface Spoilable {
  perform: () => Answer | Promise<Answer>;
  /** The provider's answer to what it cannot carry out. */
  broken: () => Answer;
  /** Its answer to a code or token that it does not take. */
  declined: () => Answer;
}

/** Answers a call, or lets it meet the fault that is armed for it. */
export async function meetFault(
  fault: Fault<FaultOf<'kakao' | 'naver'>> | undefined,
  { perform, broken, declined }: Spoilable,
): Promise<Answer> {
  if (!fault) return perform();
  if (fault.fault === 'timeout-before') return withheld(fault);
  if (fault.fault === 'timeout-after') {
    await perform();
    return withheld(fault);
  }
  if (fault.fault === 'error-500') return delayed(broken(), fault);
  if (fault.fault === 'decline') return delayed(declined(), fault);
  return delayed(html(200, '<!doctype html><title>Under maintenance</title>'), fault);
}
