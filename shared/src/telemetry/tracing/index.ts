export { openTracing } from './open-tracing.js';
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
  traceparentOf,
  withTraceparent,
} from './spans.js';
export { tracer } from './tracer.js';
