import { cpuSecondsOf } from '../measure/cpu.js';
import { monotonicMs } from '../measure/monotonic.js';
import { fetchMetrics } from '../measure/service-metrics.js';
import type { LiveViewersParts } from './parts.js';

/** What a part of the run cost. */
export interface Cost {
  seconds: number;
  /** CPU seconds by process; null where it cannot be told. */
  cpuSeconds: Record<string, number | null>;
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
  const read = async () => ({
    counters: await fetchMetrics(gatewayUrl, Object.values(NAMES)),
    cpu: cpuSecondsOf(Object.values(processes)),
    at: monotonicMs(),
  });
  const before = await read();
  const result = await work();
  const after = await read();
  const cpuSeconds = Object.keys(processes).map((name, index) => {
    const [from, to] = [before.cpu[index], after.cpu[index]];
    return [name, from === undefined || to === undefined ? null : to - from] as const;
  });
  const risen = (name: keyof typeof NAMES) => after.counters[NAMES[name]] - before.counters[NAMES[name]];
  return {
    result,
    cost: {
      seconds: (after.at - before.at) / 1_000,
      cpuSeconds: Object.fromEntries(cpuSeconds),
      gateway: {
        events: risen('events'),
        frames: risen('frames'),
        bytes: risen('bytes'),
        conflated: risen('conflated'),
      },
    },
  };
}
