export { repeat } from './repeat.js';
export type { Repetition } from './repeat.js';
export { workOff } from './work-off.js';
export type { WorkOffOptions } from './work-off.js';
