import type { SubgraphContext } from '@stampede/shared/subgraph';
import { randomUUID } from 'node:crypto';

/** What a resolver knows of its caller: a buyer who is signed in. */
export const as = (userId: string): SubgraphContext =>
  ({
    identity: { kind: 'user', userId, role: 'BUYER' },
    requestId: randomUUID(),
  }) as unknown as SubgraphContext;
