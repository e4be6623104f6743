import type { Identity } from '@stampede/shared/identity';

/** For connections, and for what is about nobody in particular. */
export const GATEWAY: Identity = { kind: 'service', service: 'gateway' };
