import type { Checkouts } from '../checkouts/checkouts.js';
import type { Platform } from '../platform.js';
import type { SpawnedReader } from './reader/spawn-reader.js';

/** The platform as the scenario sees it, with what is read and who buys meanwhile. */
export interface StockReadsParts extends Omit<Platform, 'accounts' | 'client'> {
  productIds: string[];
  reader: Pick<SpawnedReader, 'sweep' | 'run'>;
  checkouts: Pick<Checkouts, 'run'>;
}

export interface StockReadsOptions {
  seconds: number;
  /** A second. */
  checkouts: number;
  /** How far a step has come, for whoever watches. */
  progress: (step: string, done: number, of: number) => void;
}
