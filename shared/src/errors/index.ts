export {
  badInput,
  conflict,
  forbidden,
  notFound,
  rateLimited,
  serviceUnavailable,
  unauthenticated,
  type FieldProblem,
} from './caller-errors.js';
export { retryAfterMs } from './retry-after.js';
export { maskErrors } from './mask.js';
export { Unavailable, isUnavailable } from './unavailable.js';
