import type { Log } from '../telemetry/index.js';
import {
  BREAKER_STATES,
  CALL_OUTCOMES,
  type BreakerMetrics,
  type BreakerState,
  type CallOutcome,
} from './breaker-metrics.js';
import { openCallWindow, type CallWindow } from './call-window.js';
import { CircuitOpen } from './circuit-open.js';
import { machineClock, type BreakerClock } from './clock.js';
import { breakerSettings, type BreakerSettings } from './settings.js';
import { withinDeadline } from './within-deadline.js';

/**
 * What a call says about the server: `answered` (also by a refusal: a mistake of the caller shows a server that
 * works), `failed`, or `ignored`, which says nothing, as when the caller gave up. An ignored trial may be made again.
 */
export type Verdict = 'answered' | 'failed' | 'ignored';

export interface CircuitBreakerOptions {
  /** In metrics and logs: what is called. Unique within the process. */
  name: string;
  /** Where they differ from BREAKER_DEFAULTS. */
  settings?: Partial<BreakerSettings>;
  metrics: BreakerMetrics;
  log: Log;
  /** By default, what is fulfilled was answered, and what rejects has failed. */
  judge?: (outcome: PromiseSettledResult<unknown>) => Verdict;
  clock?: BreakerClock;
}

/**
 * Stops asking a server that fails or is slow, and tries now and then whether it is back. The rules are those of
 * Resilience4j's count-based circuit breaker, but a call counts only in the state in which it began: one that was
 * sent while the breaker was closed is no trial.
 */
export interface CircuitBreaker {
  readonly name: string;
  readonly state: BreakerState;
  /** When it may let calls through again: while it is open, or half-open with its trials under way. Else undefined. */
  retryAt(): Date | undefined;
  /**
   * Makes a call. `work` should stop when its signal aborts: that is the deadline, by which the call has ended here.
   * @throws CircuitOpen without having called; TimeoutError at the deadline; whatever `work` throws.
   */
  run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Stops its timer. Calls in flight end by themselves, within their deadline. */
  close(): Promise<void>;
}

/** A state, from its beginning to its end: being the same object is what tells two times of being closed apart. */
type Phase =
  | { state: 'closed'; window: CallWindow }
  | { state: 'open'; until: number; timer: { cancel(): void } }
  | { state: 'half-open'; window: CallWindow; trialsLeft: number };

export function openCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const { name, metrics, log, judge = byRejection, clock = machineClock } = options;
  const settings = breakerSettings(options.settings ?? {});
  const closed = (): Phase => ({ state: 'closed', window: openCallWindow(settings.windowCalls) });
  const open = (): Phase => ({
    state: 'open',
    until: clock.elapsed() + settings.openMs,
    timer: clock.after(settings.openMs, () => enter(halfOpen())),
  });
  const halfOpen = (): Phase => ({
    state: 'half-open',
    window: openCallWindow(settings.trialCalls),
    trialsLeft: settings.trialCalls,
  });

  let phase = closed();
  showState();
  for (const outcome of CALL_OUTCOMES) metrics.calls.inc({ name, outcome }, 0);

  function showState(): void {
    for (const state of BREAKER_STATES) metrics.state.set({ name, state }, Number(state === phase.state));
  }

  function enter(next: Phase): void {
    const { state: from } = phase;
    phase = next;
    showState();
    metrics.transitions.inc({ name, to: next.state });
    log[next.state === 'open' ? 'warn' : 'info']({ name, from, to: next.state }, 'a circuit breaker changed');
  }

  /** @throws CircuitOpen */
  function admit(): Phase {
    const ms = refusesFor();
    if (ms !== undefined) {
      count('refused');
      throw new CircuitOpen(name, Math.max(1, Math.ceil(ms)));
    }
    if (phase.state === 'half-open') phase.trialsLeft -= 1;
    return phase;
  }

  function refusesFor(): number | undefined {
    if (phase.state === 'open') return phase.until - clock.elapsed();
    // The trials that are under way have ended by then.
    return phase.state === 'half-open' && phase.trialsLeft === 0 ? settings.callDeadlineMs : undefined;
  }

  const count = (outcome: CallOutcome) => metrics.calls.inc({ name, outcome });

  function ended(begun: Phase, verdict: Verdict, tookMs: number): void {
    const slow = tookMs > settings.slowCallMs;
    count(verdict === 'answered' ? (slow ? 'slow' : 'ok') : verdict);
    if (phase !== begun || phase.state === 'open') return;
    if (verdict !== 'ignored') {
      phase.window.add({ failed: verdict === 'failed', slow });
      decide(phase.state, phase.window);
    } else if (phase.state === 'half-open') {
      phase.trialsLeft += 1;
    }
  }

  function decide(state: 'closed' | 'half-open', window: CallWindow): void {
    if (window.calls < (state === 'closed' ? settings.minimumCalls : settings.trialCalls)) return;
    const isBad = window.failureRate >= settings.failureRate || window.slowRate >= settings.slowRate;
    if (isBad) enter(open());
    else if (state === 'half-open') enter(closed());
  }

  return {
    name,
    get state() {
      return phase.state;
    },
    retryAt: () => {
      const ms = refusesFor();
      return ms === undefined ? undefined : new Date(clock.now() + Math.max(0, ms));
    },
    run: async (work) => {
      const begun = admit();
      const since = clock.elapsed();
      const outcome = await withinDeadline(clock, settings.callDeadlineMs, work);
      let verdict: Verdict = 'failed';
      try {
        verdict = judge(outcome);
      } finally {
        // Whatever became of the judge: a trial that is never counted would be waited for, for ever.
        ended(begun, verdict, clock.elapsed() - since);
      }
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    },
    close: async () => {
      if (phase.state === 'open') phase.timer.cancel();
    },
  };
}

const byRejection = ({ status }: PromiseSettledResult<unknown>): Verdict =>
  status === 'fulfilled' ? 'answered' : 'failed';
