/** Random histories of one part of the platform, each compared with a model of what has to happen. */
export interface Simulation {
  /**
   * Tries histories until `signal` aborts, and lets those under way end. The same seed tries the same histories in the
   * same order, for as long as it goes on; with `path`, only the one that a failure named.
   * @returns the first history that the model does not agree with, shrunk; undefined: it agreed with all.
   * @throws Error when nothing could be tried, which says nothing of the platform
   */
  run(options: RunOptions): Promise<Disagreement | undefined>;
  close(): Promise<void>;
}

export interface RunOptions {
  seed: number;
  /** As a {@link Disagreement} tells it; opaque to everybody else. */
  path: string | undefined;
  signal: AbortSignal;
  /** Is told of each that was tried and agreed with, or of several at once. */
  onTried: (histories: number) => void;
}

/** A history in which the platform did something else than the model. */
export interface Disagreement {
  /** With which `run` finds it again. */
  seed: number;
  path: string;
  /** The steps, and what was expected of the last of them. */
  report: string;
}

/** Of servers that are nobody else's: a simulation may empty them. */
export interface Servers {
  databaseUrl: string;
  redisUrl: string;
}

export type OpenSimulation = (servers: Servers) => Promise<Simulation>;
