import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 50;
/** Five seconds. */
const MOST_LOOKS = 100;

/** Waits as long as people wait for something else, and for 5 s at most. @param pause until it looks again. */
export async function standBack(
  isBusy: () => boolean,
  pause: () => Promise<unknown> = () => sleep(LOOK_MS),
): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS && isBusy(); looks += 1) await pause();
}
