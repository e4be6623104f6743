import { readFileSync } from 'node:fs';

/** One function's own time, in a part of a CPU profile. */
export interface SelfTime {
  name: string;
  /** Relative to the checkout, with its line. */
  place: string;
  ms: number;
  /** Of the time that the process was busy. */
  share: number;
}

export interface ProfilePart {
  busyMs: number;
  idleMs: number;
  entries: SelfTime[];
}

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  startTime: number;
  samples: number[];
  timeDeltas: number[];
}

/**
 * Sums up what a process did itself, function by function, the most expensive first.
 * @param windows parts of the profile that count, in microseconds of the system's monotonic clock
 * @param root of the checkout, which is left out of the places
 */
export function readProfile(file: string, windows: [number, number][], root: string): ProfilePart {
  const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, SelfTime>();
  let idleMs = 0;
  let busyMs = 0;
  let at = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[index] ?? 0;
    at += delta;
    if (!windows.some(([from, to]) => at >= from && at <= to)) continue;
    const { functionName, url, lineNumber } = frames.get(id)!;
    const ms = delta / 1_000;
    if (functionName === '(idle)') {
      idleMs += ms;
      continue;
    }
    busyMs += ms;
    const place = url === '' ? '' : `${placeOf(url, root)}:${lineNumber + 1}`;
    const key = `${functionName} ${place}`;
    const entry = times.get(key) ?? { name: functionName || '(anonymous)', place, ms: 0, share: 0 };
    entry.ms += ms;
    times.set(key, entry);
  }
  const entries = [...times.values()].sort((one, other) => other.ms - one.ms);
  for (const entry of entries) entry.share = entry.ms / busyMs;
  return { busyMs, idleMs, entries };
}

const placeOf = (url: string, root: string) =>
  url
    .replace('file://', '')
    .replace(root, '')
    .replace(/^.*node_modules\//, '');
