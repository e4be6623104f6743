import type { Verdict } from '@stampede/shared/circuit-breaker';

/** The service works, and never takes this query. Asking again changes nothing; other queries are not concerned. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
}

/** We ended the call ourselves, because the process closes. */
export class CallAbandoned extends Error {
  override readonly name = 'CallAbandoned';
}

/** What a call says about the service: a query that it does not take shows that it works. */
export function judgeSearch(outcome: PromiseSettledResult<unknown>): Verdict {
  if (outcome.status === 'fulfilled' || outcome.reason instanceof QueryRefused) return 'answered';
  return outcome.reason instanceof CallAbandoned ? 'ignored' : 'failed';
}
