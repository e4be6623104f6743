import type { Percentiles } from './percentiles.js';

/** From ten seconds before to fifty after, in tenths of a millisecond; what is beyond counts as the end itself. */
const LEAST_MS = -10_000;
const BUCKETS_PER_MS = 10;
const BUCKETS = 60_000 * BUCKETS_PER_MS;

/** Counts of durations: any number of them in the same few megabytes. */
export type Histogram = Uint32Array;

export const openHistogram = (): Histogram => new Uint32Array(BUCKETS);

export function record(histogram: Histogram, ms: number): void {
  const bucket = Math.round((ms - LEAST_MS) * BUCKETS_PER_MS);
  const index = Math.min(BUCKETS - 1, Math.max(0, bucket));
  histogram[index] = histogram[index]! + 1;
}

/** Puts what several processes counted together. */
export function mergeHistograms(histograms: Histogram[]): Histogram {
  const merged = openHistogram();
  for (const histogram of histograms) {
    for (let index = 0; index < BUCKETS; index++) merged[index] = merged[index]! + histogram[index]!;
  }
  return merged;
}

/** How many took so long, or longer. */
export const countFrom = (histogram: Histogram, ms: number): number =>
  histogram.subarray((ms - LEAST_MS) * BUCKETS_PER_MS).reduce((sum, count) => sum + count, 0);

/** By the nearest rank, to a tenth of a millisecond. Null of nothing. */
export function percentilesOfHistogram(histogram: Histogram): Percentiles | null {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const ranks = [0.5, 0.99, 1].map((share) => Math.max(1, Math.ceil(share * total)));
  const found: number[] = [];
  let counted = 0;
  for (let index = 0; index < BUCKETS && found.length < ranks.length; index++) {
    counted += histogram[index]!;
    while (found.length < ranks.length && counted >= ranks[found.length]!) {
      found.push((index + LEAST_MS * BUCKETS_PER_MS) / BUCKETS_PER_MS);
    }
  }
  const [p50, p99, max] = found as [number, number, number];
  return { p50, p99, max };
}
