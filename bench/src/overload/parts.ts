import type { Platform } from '../platform.js';
import type { SpawnedPresses } from './presses/spawn-presses.js';

/** The platform as the scenario sees it, with those who come. */
export interface OverloadParts extends Omit<Platform, 'accounts' | 'client'> {
  /** Who check out, read stock, and sign in. */
  presses: Pick<SpawnedPresses, 'run'>;
  /** What is for sale, with more units than are asked for. */
  sellingId: string;
  stock: number;
  /** Orders that buyers were told of, in all runs. */
  told: Set<string>;
  /** What one request costs that is only read, of all processors, in seconds. */
  costOfReading: number;
}

export interface OverloadOptions {
  times: number;
  seconds: number;
  /** How far a step has come, for whoever watches. */
  progress: (step: string, done: number, of: number) => void;
}
