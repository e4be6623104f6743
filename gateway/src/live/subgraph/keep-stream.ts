import { Unavailable } from '@stampede/shared/errors';
import { mayPass } from './may-pass.js';
import type { StreamEvent, StreamSink } from './subgraph-streams.js';

export interface KeptStreamOptions {
  /** Subscribes once more. */
  open: (sink: StreamSink) => () => void;
  /** Milliseconds in which it must work for the first time; later it may be away for as long as it takes. */
  deadlineMs: number;
  onEvent: (event: StreamEvent) => void;
  /** Out of reach; tried again. */
  onLost: () => void;
  /** Over for good: the subgraph's errors, that it was never reached, or nothing when the subgraph ended it. */
  onEnd: (errors: readonly unknown[]) => void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
const FIRST_RENEWAL_MS = 1_000;
const LONGEST_RENEWAL_MS = 8_000;

/** Keeps a subscription to a subgraph going over everything that may pass. */
export function keepStream(options: KeptStreamOptions): { close(): void } {
  const { open, deadlineMs, onEvent, onLost, onEnd } = options;
  let worked = false;
  /** By the attempt that is on: its subgraph has acknowledged the connection. */
  let reached = false;
  let refusal: readonly unknown[] | undefined;
  let failures = 0;
  let attempts = 0;
  let renewals = 0;
  let lackedAt = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let stop = () => undefined as void;

  const deadline = setTimeout(() => {
    // Nothing may have happened that it would tell.
    worked ||= reached && !refusal;
    if (!worked) end(refusal ?? [new Unavailable('a subgraph')]);
  }, deadlineMs);

  function attempt(): void {
    timer = undefined;
    attempts += 1;
    const mine = attempts;
    reached = false;
    const isOver = () => closed || mine !== attempts;
    stop = open({
      reached: () => {
        if (!isOver()) reached = true;
      },
      next: (event) => {
        if (isOver()) return;
        // Errors without data answer the opening of the stream: there will be no event.
        if (event.data === undefined && event.errors) return refused(event.errors);
        worked = true;
        clearTimeout(deadline);
        failures = 0;
        onEvent(event);
        if (mayPass(event.errors)) renewLater();
      },
      error: (reason) => {
        if (isOver()) return;
        if (Array.isArray(reason)) refused(reason);
        // How often is tried for all who wait is not decided here.
        else again(FIRST_PAUSE_MS);
      },
      complete: () => {
        if (!isOver()) end([]);
      },
    });
  }

  function refused(errors: readonly unknown[]): void {
    if (!mayPass(errors)) return end(errors);
    refusal = errors;
    again(LONGEST_PAUSE_MS);
    failures += 1;
  }

  /** Who begins is given the value at once: nobody says so when what an event lacks is there again. */
  function renewLater(): void {
    if (timer || closed) return;
    const now = Date.now();
    renewals = now - lackedAt > 2 * LONGEST_RENEWAL_MS ? 0 : renewals + 1;
    lackedAt = now;
    timer = setTimeout(
      () => {
        stop();
        attempt();
      },
      pause(renewals, FIRST_RENEWAL_MS, LONGEST_RENEWAL_MS),
    );
  }

  function again(longestPause: number): void {
    attempts += 1;
    clearTimeout(timer);
    // The client counts it among those that need the connection until then, lost or not.
    stop();
    onLost();
    timer = setTimeout(attempt, pause(failures, FIRST_PAUSE_MS, longestPause));
  }

  function end(errors: readonly unknown[]): void {
    close();
    onEnd(errors);
  }

  function close(): void {
    if (closed) return;
    closed = true;
    clearTimeout(timer);
    clearTimeout(deadline);
    stop();
  }

  attempt();
  return { close };
}

/** Doubling, and anywhere between half and whole, so that a thousand streams do not come back in one instant. */
function pause(times: number, first: number, longest: number): number {
  const whole = Math.min(longest, first * 2 ** Math.min(times, 10));
  return whole * (0.5 + Math.random() / 2);
}
