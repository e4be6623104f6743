import {
  breakerMetrics,
  openCircuitBreaker,
  type BreakerClock,
  type CircuitBreakerOptions,
} from '@stampede/shared/circuit-breaker';
import { openLog, openMetrics } from '@stampede/shared/telemetry';

/** A call that ends when the test says so. */
export interface OpenCall {
  ends(how?: 'well' | 'badly'): Promise<unknown>;
  /** How it ended for its caller: the value, or the error. */
  result: Promise<unknown>;
  signal: AbortSignal;
}

/** A breaker under a clock that only the test moves. */
export function openBreaker(options: Partial<CircuitBreakerOptions> = {}) {
  const clock = handClock();
  const metrics = openMetrics('test');
  const breaker = openCircuitBreaker({
    name: 'there',
    metrics: breakerMetrics(metrics),
    log: openLog('test', 'silent'),
    clock,
    ...options,
  });

  /** Begins a call. @throws CircuitOpen */
  async function begins(): Promise<OpenCall> {
    let end: { resolve(answer: string): void; reject(error: Error): void } | undefined;
    const answer = new Promise<string>((resolve, reject) => {
      end = { resolve, reject };
    });
    let signal: AbortSignal | undefined;
    const result = breaker.run((given) => {
      signal = given;
      return answer;
    });
    // A call is made, or refused, in the same turn.
    if (!signal) {
      await result;
      throw new Error('the work was not run');
    }
    const settled = result.catch((error: unknown) => error);
    return {
      signal,
      result: settled,
      ends: (how = 'well') => {
        if (how === 'well') end?.resolve('an answer');
        else end?.reject(new Error('no answer'));
        return settled;
      },
    };
  }

  return {
    breaker,
    passes: clock.passes,
    begins,
    /** Makes so many calls, one after another, each of so many ms. */
    calls: async (count: number, how: 'well' | 'badly' = 'well', ms = 1) => {
      for (let call = 0; call < count; call += 1) {
        const begun = await begins();
        clock.passes(ms);
        await begun.ends(how);
      }
    },
    /** The lines of /metrics that name the breaker, without what all of them have. */
    shown: async (metric: string) =>
      (await metrics.registry.metrics())
        .split('\n')
        .filter((line) => line.startsWith(`stampede_circuit_breaker_${metric}{`))
        .map((line) => line.replace(/^\S+\{name="there",(.+),service="test"\}/, '$1')),
    timers: clock.timers,
  };
}

function handClock(): BreakerClock & { passes(ms: number): void; timers(): number } {
  let elapsed = 0;
  const due = new Set<{ at: number; action: () => void }>();
  return {
    elapsed: () => elapsed,
    now: () => 1_800_000_000_000 + elapsed,
    after: (ms, action) => {
      const timer = { at: elapsed + ms, action };
      due.add(timer);
      return { cancel: () => void due.delete(timer) };
    },
    passes: (ms) => {
      const end = elapsed + ms;
      for (;;) {
        const [next] = [...due].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
        if (!next) break;
        due.delete(next);
        elapsed = next.at;
        next.action();
      }
      elapsed = end;
    },
    timers: () => due.size,
  };
}
