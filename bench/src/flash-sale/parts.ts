import type { Buyer } from '@stampede/shared/testing';
import type { LoadGenerator } from '../load/load.js';
import type { Platform } from '../platform.js';
import type { Signer } from './sign-ins.js';

/** The platform as the scenario sees it, with the people who take part. */
export interface FlashSaleParts extends Omit<Platform, 'accounts'> {
  seller: Buyer;
  buyers: Buyer[];
  /** Who signs in, over and over, while the others buy. */
  signers: Signer[];
  /** Connected to the gateway. */
  generator: Pick<LoadGenerator, 'eachConnection' | 'run'>;
}

export interface FlashSaleOptions {
  stock: number;
  flush: boolean;
  /** Seconds before the opening in which a person may open the page that `watchAt` is told. */
  watch: number;
  watchAt: (url: string) => void;
  /** How far a step has come, for whoever watches. */
  progress: (step: string, done: number, of: number) => void;
}
