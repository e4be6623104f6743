import {
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { randomUUID } from 'node:crypto';
import type { Log } from '../log.js';
import { openSeldom } from './seldom.js';
import { asPublic, samplerOf, strangersDecideNothing } from './sampling.js';
import type { Tracer } from './tracer.js';

const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

/** A stop has 20 s for everything. */
const FLUSH_WITHIN_MS = 3_000;

/**
 * Spans of this process, sent in batches by OTLP over HTTP, as JSON. At most `OTEL_BSP_MAX_QUEUE_SIZE` of them (2,048)
 * wait; what comes while nobody takes them is dropped. Nothing is registered as global: our own store carries the
 * context, and no library's spans, which may hold what people sent, come along.
 */
export function openOtel(service: string, log: Log): Tracer & { close(): Promise<void> } {
  tellOfTroubles(log);
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.namespace': 'stampede',
      'service.instance.id': randomUUID(),
    }).merge(detectResources({ detectors: [envDetector] })),
    sampler: strangersDecideNothing(samplerOf(process.env)),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const own = provider.getTracer('stampede');
  return {
    start: ({ name, kind, attributes = {}, parent, links = [], isPublic = false }) => {
      const context = parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent);
      return own.startSpan(
        name,
        {
          kind: KINDS[kind],
          attributes,
          links: links.map((span) => ({ context: span.spanContext() })),
        },
        isPublic ? asPublic(context) : context,
      );
    },
    remote: (traceparent) => remoteOf(traceparent),
    close: async () => {
      const deadline = new Promise<'late'>((resolve) =>
        setTimeout(resolve, FLUSH_WITHIN_MS, 'late' as const).unref(),
      );
      const flushed = provider.shutdown().catch((error: Error) => {
        log.warn({ err: error }, 'the last spans were not delivered');
      });
      if ((await Promise.race([flushed, deadline])) === 'late')
        log.warn('the last spans were not delivered in time');
    },
  };
}

/** W3C Trace Context, section 3.2: of any version, the fields that version 00 has; ids of zeros are none. */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;

function remoteOf(traceparent: string): Span | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (traceparent.startsWith('00') && traceparent.length !== 55) return undefined;
  const context: SpanContext = { traceId, spanId, traceFlags: parseInt(flags, 16) & 1, isRemote: true };
  return trace.wrapSpanContext(context);
}

/** OpenTelemetry says so for each batch that it cannot deliver. */
function tellOfTroubles(log: Log): void {
  const seldom = openSeldom(60_000);
  const tell = (reason: string) =>
    seldom(() => log.warn({ reason: reason.slice(0, 300) }, 'spans are dropped: they cannot be delivered'));
  const quiet = () => undefined;
  const logger = { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
