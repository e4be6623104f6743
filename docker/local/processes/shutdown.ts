import { collectUndo, type Undo } from './undo.ts';

/** The end of a command: who asks for it, and what is to be done then. */
export interface Shutdown extends Undo {
  /** Aborts when somebody asks for the end; what is under way may then be left. */
  signal: AbortSignal;
  /** Resolves with the signal that asked for the end. */
  requested: Promise<NodeJS.Signals>;
}

/**
 * Listens for the end: SIGINT, SIGTERM, SIGHUP, or the first script that started this one going away.
 * Further signals change nothing: each step has its own deadline.
 */
export function onShutdown(): Shutdown {
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
  return { signal: abort.signal, requested, ...collectUndo() };
}
