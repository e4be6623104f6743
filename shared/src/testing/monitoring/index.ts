export { findMissing, readSeries } from './find-missing.js';
export { selectorsOf } from './promql.js';
export { readQueries } from './read-queries.js';
export type { Query } from './read-queries.js';
