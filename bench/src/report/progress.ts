/** Shows how far a step is, in one line that it writes over. */
export interface Progress {
  show(step: string, done: number, of: number): void;
  /** Removes the line, so that something else can be printed. */
  clear(): void;
}

const WIDTH = 30;
const RATE_AFTER_MS = 200;

/** On a terminal only: elsewhere every state of the line would stay. */
export function openProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  let began = performance.now();
  let last = '';
  return {
    show(step, done, of) {
      if (step !== last) began = performance.now();
      last = step;
      const filled = of === 0 ? WIDTH : Math.round((done / of) * WIDTH);
      const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
      const elapsedMs = performance.now() - began;
      // Before that, it would say nothing.
      const rate = elapsedMs > RATE_AFTER_MS ? ` ${Math.round((done * 1_000) / elapsedMs)}/s` : '';
      const counts = of > 1 ? ` ${bar} ${done}/${of}${rate}` : ' …';
      stream.write(`\r\u001B[K${step}${counts}`);
    },
    clear: () => void stream.write('\r\u001B[K'),
  };
}
