import type { Buyer } from '@stampede/shared/testing';
import type { Platform } from '../platform.js';
import type { PaidOrdersArguments } from './arguments.js';

/** The platform as the scenario sees it, with the people who take part. */
export interface PaidOrdersParts extends Omit<Platform, 'accounts'> {
  seller: Buyer;
  /** Whose turn it is to buy. */
  nextBuyer: () => Buyer;
  /** By its address, as every connection takes it. */
  gateway: URL;
  provider: PaidOrdersArguments['provider'];
}

export interface PaidOrdersOptions {
  buyers: number;
  seconds: number;
  burst: number;
  connections: number;
  /** How far a step has come, for whoever watches. */
  progress: (step: string, done: number, of: number) => void;
}
