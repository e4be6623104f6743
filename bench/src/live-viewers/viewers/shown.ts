import { openHistogram, record, type Histogram } from '../../measure/histogram.js';
import type { Change } from '../changes.js';

/** What of some changes was shown to some viewers. */
export interface Shown {
  /** From each checkout's answer to each viewer's first frame that shows it. */
  latencies: Histogram;
  /** The last viewer's, of each change; below everything when nobody was shown it. */
  last: Float64Array;
  /** Frames that came. */
  frames: number;
  /** How often a viewer was shown no frame with a change in it. */
  missed: number;
}

/** Every frame that came, in their order. */
export interface FrameLog {
  add(viewer: number, available: number, at: number): void;
  clear(): void;
  /** Compares with what had to be shown. @param changes in the order of their answers */
  compare(changes: Change[], viewers: number): Shown;
}

const FIRST_ROOM = 1 << 16;

/** Three columns, which grow: an object for each of a million frames would cost the machine that is being measured. */
export function openFrameLog(): FrameLog {
  let count = 0;
  let who = new Uint32Array(FIRST_ROOM);
  let what = new Uint32Array(FIRST_ROOM);
  let when = new Float64Array(FIRST_ROOM);

  function grow(): void {
    const room = who.length * 2;
    const into = <T extends Uint32Array | Float64Array>(larger: T, smaller: T) => {
      larger.set(smaller);
      return larger;
    };
    who = into(new Uint32Array(room), who);
    what = into(new Uint32Array(room), what);
    when = into(new Float64Array(room), when);
  }

  return {
    add: (viewer, available, at) => {
      if (count === who.length) grow();
      who[count] = viewer;
      what[count] = available;
      when[count] = at;
      count += 1;
    },
    clear: () => (count = 0),
    compare: (changes, viewers) => {
      const latencies = openHistogram();
      const last = new Float64Array(changes.length).fill(Number.NEGATIVE_INFINITY);
      /** Of each viewer, the first change that they have not been shown. */
      const next = new Uint32Array(viewers);
      for (let frame = 0; frame < count; frame++) {
        const viewer = who[frame]!;
        let index = next[viewer]!;
        // One frame may show several changes: those between are overtaken.
        for (; index < changes.length && changes[index]!.available >= what[frame]!; index++) {
          const latency = when[frame]! - changes[index]!.answeredAt;
          record(latencies, latency);
          if (latency > last[index]!) last[index] = latency;
        }
        next[viewer] = index;
      }
      const missed = next.reduce((sum, shown) => sum + changes.length - shown, 0);
      return { latencies, last, frames: count, missed };
    },
  };
}
