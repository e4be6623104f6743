import { residentBytes } from '../measure/memory.js';

const EACH_MS = 1_000;
/** What a heap is larger by when V8 has not collected it yet, and more than any page of a log. */
const SLACK_BYTES = 16 * 2 ** 20;
const SLACK = 0.1;

/** Resident memory of processes, once a second. */
export interface Memory {
  /** Bytes, by process, in order. */
  resident: Record<string, number[]>;
}

/** @returns ends it, and tells what was seen */
export function watchProcesses(processes: Record<string, number>): () => Memory {
  const resident: Memory['resident'] = {};
  const look = () => {
    for (const [name, pid] of Object.entries(processes)) {
      const bytes = residentBytes(pid);
      if (bytes !== undefined) (resident[name] ??= []).push(bytes);
    }
  };
  look();
  const timer = setInterval(look, EACH_MS);
  return () => {
    clearInterval(timer);
    return { resident };
  };
}

/** Processes that were larger in the last third of the time than in the second, by more than a tenth and 16 MiB. */
export const growing = ({ resident }: Memory): string[] =>
  Object.entries(resident)
    .filter(([, samples]) => {
      const [, second, last] = thirdsOf(samples);
      return last! > second! * (1 + SLACK) + SLACK_BYTES;
    })
    .map(([name]) => name);

/** The mean of each third. */
export function thirdsOf(samples: readonly number[]): number[] {
  return [0, 1, 2].map((third) => {
    const part = samples.slice(
      Math.floor((third * samples.length) / 3),
      Math.floor(((third + 1) * samples.length) / 3),
    );
    return part.length === 0 ? 0 : part.reduce((sum, bytes) => sum + bytes, 0) / part.length;
  });
}
