import { runTurbo } from '../turbo.ts';

/**
 * Builds every package; what has not changed comes from turbo's cache. Quiet unless it fails.
 * @throws Error with the compiler's output
 */
export async function build(signal: AbortSignal): Promise<void> {
  let output = '';
  const built = await runTurbo(['build', '--output-logs=errors-only', '--log-order=grouped'], {
    signal,
    onOutput: (text) => (output = text),
  });
  if (!built) throw new Error(`The build failed:\n${output}`);
}
