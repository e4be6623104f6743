import type { Floor } from './floor/measure-floor.js';
import { holds, type Judged } from './judging/check.js';
import type { Platform } from './platform.js';
import type { Progress } from './report/progress.js';
import { describeSpread, type Figure } from './report/spread.js';

/** Where a scenario happens, and where it is told of. */
export interface Stage {
  platform: Platform;
  progress: Progress;
  /** Writes for a person to read. */
  print: (text: string) => void;
  /** Is given how something that was opened is closed, when all is over, the last one first. */
  closeLater: (close: () => Promise<unknown>) => void;
}

/** What is written to the results. */
export interface Outcome {
  /** What the machine can do at all; where that is not measured, it is missing. */
  floor?: Floor;
  runs: unknown[];
  /** Whether everything that must be so was so, in every run. */
  good: boolean;
}

export interface Repeated<Run> {
  run: () => Promise<Run>;
  /** What each run is measured with. */
  title: string;
  describe: (run: Run) => string;
  /** What several runs are compared by. */
  figures: Figure<Run>[];
}

/** Runs it so many times in a row, and tells of each, and of all of them. */
export async function repeat<Run extends Judged>(
  times: number,
  { print }: Pick<Stage, 'print'>,
  { run, title, describe, figures }: Repeated<Run>,
): Promise<Outcome> {
  const runs: Run[] = [];
  for (let number = 1; number <= times; number++) {
    const done = await run();
    runs.push(done);
    print(`\nRun ${number} of ${times}: ${title}\n${describe(done)}`);
  }
  if (runs.length > 1) print(`\n${describeSpread(runs, figures)}`);
  return { runs, good: runs.every(holds) };
}
