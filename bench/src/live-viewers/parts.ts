import type { Buyer } from '@stampede/shared/testing';
import type { Checkouts } from '../checkouts/checkouts.js';
import type { Platform } from '../platform.js';
import type { Crowds } from './viewers/spawn-crowds.js';

/** The platform as the scenario sees it, with who watches and who buys. */
export interface LiveViewersParts extends Omit<Platform, 'accounts'> {
  seller: Buyer;
  crowds: Crowds;
  checkouts: Pick<Checkouts, 'run'>;
}

export interface LiveViewersOptions {
  viewers: number;
  changes: number;
  seconds: number;
  search: boolean;
  /** How far a step has come, for whoever watches. */
  progress: (step: string, done: number, of: number) => void;
}
