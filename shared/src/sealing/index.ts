export { openSealer } from './sealer.js';
export type { Place, Sealer } from './sealer.js';
export { SealingError } from './envelope.js';
export { SealingKeysError } from './keys.js';
export { sealerFromKeys } from './env-field.js';
export { openResealing } from './resealing.js';
export type { ResealingOptions } from './resealing.js';
export type { SealedTable } from './reseal-rows.js';
