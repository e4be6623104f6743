/** Something done again and again in the background. */
export interface Repetition {
  close(): Promise<void>;
}

/**
 * Does `task` now and then again, each time as many milliseconds after its end as it answers. It must not reject:
 * it handles its own failures.
 */
export function repeat(task: () => Promise<number>): Repetition {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let running = run();

  async function run(): Promise<void> {
    const again = await task();
    if (closed) return;
    timer = setTimeout(() => {
      running = run();
    }, again).unref();
  }

  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      return running;
    },
  };
}
