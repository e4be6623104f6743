export { openOutage } from './outage.js';
export type { Outage } from './outage.js';
export { repeat } from './repeat.js';
export type { Repetition } from './repeat.js';
export { workOff } from './work-off.js';
export type { WorkLoop, WorkOffOptions } from './work-off.js';
export { workOffEach } from './work-off-each.js';
export type { WorkOffEachOptions } from './work-off-each.js';
export { within } from './within.js';
