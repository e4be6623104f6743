export type { Access, Viewer } from './access.js';
export * as access from './access.js';
export { ACCESS, accessTable, type AccessTable } from './table.js';
export { tagFields } from './tag-fields.js';
