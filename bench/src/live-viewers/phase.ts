import { usedBy, type Used } from '../measure/cost.js';
import { fetchMetrics } from '../measure/service-metrics.js';
import type { LiveViewersParts } from './parts.js';

/** What a part of the run cost. */
export interface Cost extends Used {
  /** Of the gateway's own counters. */
  gateway: {
    /** Values of subgraphs, each executed and encoded once for all. */
    events: number;
    frames: number;
    bytes: number;
    /** Values that a slow reader was not given, since a newer one had come. */
    conflated: number;
  };
}

const NAMES = {
  events: 'stampede_live_events_total',
  frames: 'stampede_live_frames_total',
  bytes: 'stampede_live_bytes_total',
  conflated: 'stampede_live_conflated_frames_total',
} as const;

/** Does it, and tells what it cost. */
export async function costOf<T>(
  { gatewayUrl, processes }: Pick<LiveViewersParts, 'gatewayUrl' | 'processes'>,
  work: () => Promise<T>,
): Promise<{ result: T; cost: Cost }> {
  const read = () => fetchMetrics(gatewayUrl, Object.values(NAMES));
  const before = await read();
  const { result, used } = await usedBy(processes, work);
  const after = await read();
  const risen = (name: keyof typeof NAMES) => after[NAMES[name]] - before[NAMES[name]];
  const gateway = {
    events: risen('events'),
    frames: risen('frames'),
    bytes: risen('bytes'),
    conflated: risen('conflated'),
  };
  return { result, cost: { ...used, gateway } };
}
