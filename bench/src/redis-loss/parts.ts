import type { Buyer } from '@stampede/shared/testing';
import type { LoadGenerator } from '../load/load.js';
import type { Platform } from '../platform.js';
import type { LossKind } from './arguments.js';
import type { SpawnedPresses } from '../overload/presses/spawn-presses.js';

/** The platform as the scenario sees it, with who buys. */
export interface RedisLossParts extends Omit<Platform, 'accounts' | 'client'> {
  seller: Buyer;
  buyers: Buyer[];
  gateway: URL;
  generator: Pick<LoadGenerator, 'run'>;
  /** Those who keep pressing for a product, in a process of their own. */
  openPresses: (productId: string) => Promise<SpawnedPresses>;
}

export interface RedisLossOptions {
  loss: LossKind;
  holds: number;
  pace: number;
  progress: (step: string, done: number, of: number) => void;
}
