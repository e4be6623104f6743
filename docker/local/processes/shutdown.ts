/** Steps that undo a start, run in reverse. */
export interface Shutdown {
  /** Aborts when somebody asks for the end; what is under way may then be left. */
  signal: AbortSignal;
  /** Resolves with the signal that asked for the end. */
  requested: Promise<NodeJS.Signals>;
  add: (step: () => void | Promise<void>) => void;
  /** Runs every step, the last one first, also when some of them fail; throws what failed. */
  run: () => Promise<void>;
}

/**
 * Listens for the end: SIGINT, SIGTERM, SIGHUP, or the first script that started this one going away.
 * Further signals change nothing: each step has its own deadline.
 */
export function onShutdown(): Shutdown {
  const steps: (() => void | Promise<void>)[] = [];
  const abort = new AbortController();
  const requested = new Promise<NodeJS.Signals>((resolve) => {
    const ask = (signal: NodeJS.Signals) => {
      resolve(signal);
      abort.abort(new Error(`stopped by ${signal}`));
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ask(signal));
    process.once('disconnect', () => ask('SIGTERM'));
    process.channel?.unref();
  });
  let running: Promise<void> | undefined;
  return {
    signal: abort.signal,
    requested,
    add: (step) => void steps.push(step),
    run: () => (running ??= runInReverse(steps)),
  };
}

async function runInReverse(steps: (() => void | Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (let step = steps.pop(); step; step = steps.pop()) {
    try {
      await step();
    } catch (failure) {
      failures.push(failure);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'Not everything stopped cleanly');
}
