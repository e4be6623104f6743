import type { FaultArguments } from '../arguments.js';

export async function walkCrashPoints(_args: FaultArguments): Promise<number> {
  return 0;
}
