import { workOff, type Repetition } from '@stampede/shared/background';
import { expireDue } from './expiry/expire-orders.js';
import { sweepOrphans, type OrphanParts } from './orphans/sweep-orphans.js';

/** Short enough that units are available again well within a second of `payBy`. */
const EXPIRY_PAUSE_MS = 250;
const ORPHANS_PAUSE_MS = 5_000;

/** What order does by itself; every replica does all of it, side by side. */
export const jobs = (parts: OrphanParts): Repetition[] => [
  workOff({ name: 'expiry', pauseMs: EXPIRY_PAUSE_MS, log: parts.log }, () => expireDue(parts.database)),
  workOff({ name: 'orphans', pauseMs: ORPHANS_PAUSE_MS, log: parts.log }, () => sweepOrphans(parts)),
];
