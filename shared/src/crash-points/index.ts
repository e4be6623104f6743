export { armCrashPoints } from './arm.js';
export type { CrashSettings } from './arm.js';
export { crashPoint, isWatched, onCrashPoint, passing, passingClaim } from './crash-point.js';
export type { Action, CrashPoint, CrashPointListener } from './crash-point.js';
export { crashEnv } from './env.js';
