import { residentBytes } from '../measure/memory.js';
import { fetchMetrics } from '../measure/service-metrics.js';
import type { LiveViewersParts } from './parts.js';

/** Bytes of the gateway. */
export interface GatewayMemory {
  /** Null where there is no /proc. */
  resident: number | null;
  /** Used of V8's heap, with what is not collected yet. */
  heap: number;
  /** Of buffers, which are no part of the heap. */
  external: number;
}

export async function readMemory({
  gatewayUrl,
  processes,
}: Pick<LiveViewersParts, 'gatewayUrl' | 'processes'>): Promise<GatewayMemory> {
  const names = ['nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes'] as const;
  const metrics = await fetchMetrics(gatewayUrl, names);
  const pid = processes.gateway;
  return {
    resident: (pid === undefined ? undefined : residentBytes(pid)) ?? null,
    heap: metrics.nodejs_heap_size_used_bytes,
    external: metrics.nodejs_external_memory_bytes,
  };
}
