type Step = () => void | Promise<void>;

/** What undoes a start, collected while it goes on. */
export interface Undo {
  add: (step: Step) => void;
  /** Runs every step, the last one first, also when some of them fail; throws what failed. */
  run: () => Promise<void>;
}

export function collectUndo(): Undo {
  const steps: Step[] = [];
  let running: Promise<void> | undefined;
  return {
    add: (step) => void steps.push(step),
    run: () => (running ??= runInReverse(steps)),
  };
}

async function runInReverse(steps: Step[]): Promise<void> {
  const failures: unknown[] = [];
  for (let step = steps.pop(); step; step = steps.pop()) {
    try {
      await step();
    } catch (failure) {
      failures.push(failure);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'Not everything stopped cleanly');
}
