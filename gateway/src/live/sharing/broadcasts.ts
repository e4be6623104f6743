import type { Identity } from '@stampede/shared/identity';
import { createHash } from 'node:crypto';
import { GATEWAY } from '../../identity/as-gateway.js';
import type { CurrentGraph, SubscriptionPlan, SubscriptionRequest } from '../planning/index.js';
import { openBroadcast, type Broadcast, type BroadcastParts } from './broadcast.js';
import type { Viewer } from './deliver.js';

export interface Broadcasts {
  /** Watches what is on already, or begins it; a refusal is the viewer's only message. */
  watch(request: SubscriptionRequest, identity: Identity, viewer: Viewer): { stop(): void };
  close(): void;
}

/** Puts equal subscriptions together: those over public fields of everybody, others of one session only. */
export function openBroadcasts(graphs: CurrentGraph, parts: BroadcastParts): Broadcasts {
  const open = new Map<string, Broadcast>();
  graphs.onChange((graph) => {
    for (const broadcast of open.values()) broadcast.replan(graph);
  });

  return {
    watch: (request, asking, viewer) => {
      const planned = graphs.current().plan(request);
      if (!planned.ok) {
        const requestId = crypto.randomUUID();
        viewer.error(Buffer.from(JSON.stringify(parts.toClient(planned.errors, requestId))));
        return { stop: () => undefined };
      }
      const { plan, variables } = planned;
      const identity = plan.audience === 'everybody' ? GATEWAY : asking;
      const key = keyOf(identity, plan, variables);
      let broadcast = open.get(key);
      if (!broadcast) {
        broadcast = openBroadcast({
          request,
          subscription: { plan, variables },
          identity,
          parts,
          onEnd: () => {
            if (open.get(key) === broadcast) open.delete(key);
            parts.metrics.upstreams.set(open.size);
          },
        });
        open.set(key, broadcast);
        parts.metrics.upstreams.set(open.size);
      }
      const joined = broadcast;
      joined.join(viewer);
      return { stop: () => joined.leave(viewer) };
    },
    close: () => {
      for (const broadcast of open.values()) broadcast.close();
    },
  };
}

function keyOf(identity: Identity, { text }: SubscriptionPlan, variables: Record<string, unknown>): string {
  return createHash('sha256')
    .update(canonical([identity, text, variables]))
    .digest('base64');
}

/** JSON that is the same for objects which differ in the order of their fields only. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
