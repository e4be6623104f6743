import { expect, test } from '@jest/globals';
import {
  countFrom,
  mergeHistograms,
  openHistogram,
  percentilesOfHistogram,
  record,
} from '../src/measure/histogram.js';

function histogramOf(values: number[]) {
  const histogram = openHistogram();
  for (const value of values) record(histogram, value);
  return histogram;
}

test('tells percentiles by the nearest rank, to a tenth of a millisecond, and below zero', () => {
  const values = Array.from({ length: 200 }, (_, index) => 20 - index / 10);
  expect(percentilesOfHistogram(histogramOf(values))).toEqual({ p50: 10, p99: 19.8, max: 20 });
  expect(percentilesOfHistogram(histogramOf([-2.34]))).toEqual({ p50: -2.3, p99: -2.3, max: -2.3 });
  expect(percentilesOfHistogram(openHistogram())).toBeNull();
});

test('what is beyond its ends counts as the end itself', () => {
  expect(percentilesOfHistogram(histogramOf([-1e9, 1e9]))).toEqual({
    p50: -10_000,
    p99: 49_999.9,
    max: 49_999.9,
  });
});

test('counts of several processes are one count', () => {
  const merged = mergeHistograms([histogramOf([1, 2]), histogramOf([3]), openHistogram()]);
  expect(percentilesOfHistogram(merged)).toEqual({ p50: 2, p99: 3, max: 3 });
});

test('counts what took so long or longer', () => {
  const histogram = histogramOf([999.9, 1_000, 1_000.1, 60_000]);
  expect(countFrom(histogram, 1_000)).toBe(3);
});
