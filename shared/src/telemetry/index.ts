export { openLog } from './log.js';
export type { Log } from './log.js';
export { openMetrics } from './metrics.js';
export type { Metrics } from './metrics.js';
export { currentRequestId, currentWork, withRequestId, workFor } from './request-context.js';
export type { Work } from './request-context.js';
export { openTracing } from './tracing/open-tracing.js';
export {
  annotate,
  currentSpan,
  failSpan,
  inEntrySpan,
  inSpan,
  inSpanOfMany,
  isSampled,
  spanned,
  traceHeaders,
  traceparent,
  withTraceparent,
} from './tracing/spans.js';
export { tracer } from './tracing/tracer.js';
