import type { Address } from './address.js';
import { openBreaker, type Breaker } from './breaker.js';

/** One address of a service, and what is known of it. */
export interface Replica extends Address {
  readonly breaker: Breaker;
  /** By its `/readyz`; undefined: it has not answered yet. */
  ready: boolean | undefined;
  /** What is wrong with it, for people; of one that is ready, undefined. */
  problem: string | undefined;
}

export function openReplica(address: Address, onBreaker: (replica: Replica) => void): Replica {
  const replica: Replica = {
    ...address,
    breaker: openBreaker(() => onBreaker(replica)),
    ready: undefined,
    problem: 'has not answered yet',
  };
  return replica;
}

/** Whether it is as good a choice as any. */
export const isGood = ({ ready, breaker }: Replica): boolean => ready === true && breaker.lets();
