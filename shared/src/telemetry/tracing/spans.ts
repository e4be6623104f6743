import type { Attributes, Span } from '@opentelemetry/api';
import { currentWork, workFor, type Work } from '../request-context.js';
import { tracer, type Kind, type SpanOptions } from './tracer.js';

/**
 * Runs `work` in a span of the trace that the running code works for; without one that is sampled, just runs it. So
 * what nobody asked for (a poll, a job) makes no traces, and what is not sampled costs one look.
 */
export function inSpan<T>(name: string, kind: Kind, attributes: Attributes, work: () => T): T {
  const spans = tracer();
  if (spans === undefined) return work();
  const now = currentWork();
  const parent = now?.span;
  if (!isSampled(parent)) return work();
  return within(spans.start({ name, kind, attributes, parent }), now, work);
}

export interface Entry extends Omit<SpanOptions, 'parent'> {
  /** As the other process sent it. */
  traceparent?: string | undefined;
  requestId: string | undefined;
  /** As `Work` has it. */
  deadline?: number | undefined;
}

/** Runs `work` in a span by which a trace enters this process, or begins. */
export function inEntrySpan<T>({ traceparent, requestId, deadline, ...options }: Entry, work: () => T): T {
  const spans = tracer();
  if (spans === undefined) return workFor({ requestId, span: undefined, deadline }, work);
  const parent = traceparent === undefined ? undefined : spans.remote(traceparent);
  return within(spans.start({ ...options, parent }), { requestId, deadline }, work);
}

/**
 * Runs `work`, which is done for several at once, for none of their requests: in a span of the first trace that is
 * sampled, with links to the others.
 */
export function inSpanOfMany<T>(name: string, of: readonly (Span | undefined)[], work: () => T): T {
  const spans = tracer();
  const [parent, ...links] = spans === undefined ? [] : of.filter(isSampled);
  if (spans === undefined || parent === undefined) return workFor(undefined, work);
  const attributes = { 'stampede.batch.count': of.length };
  return within(spans.start({ name, kind: 'internal', attributes, parent, links }), undefined, work);
}

/** Runs `work` as part of a trace, without a span of its own. */
export function withTraceparent<T>(traceparent: string | undefined, work: () => T): T {
  const span = traceparent === undefined ? undefined : tracer()?.remote(traceparent);
  if (span === undefined) return work();
  const now = currentWork();
  return workFor({ requestId: now?.requestId, span, deadline: now?.deadline }, work);
}

/** The span that the running code works in. */
export const currentSpan = (): Span | undefined => (tracer() === undefined ? undefined : currentWork()?.span);

/** The W3C `traceparent` of the running code's span, for whoever goes on with its work elsewhere. */
export function traceparent(): string | undefined {
  const span = currentSpan();
  return span && traceparentOf(span);
}

/** What a request to another service of the house says of its trace; undefined where there is none. */
export function traceHeaders(): { traceparent: string } | undefined {
  const span = currentSpan();
  return span && { traceparent: traceparentOf(span) };
}

/** W3C Trace Context, version 00; of the flags, only whether it is sampled. */
function traceparentOf(span: Span): string {
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-${isSampled(span) ? '01' : '00'}`;
}

/** Says more about the running code's span. */
export function annotate(attributes: Attributes): void {
  currentSpan()?.setAttributes(attributes);
}

export const isSampled = (span: Span | undefined): span is Span =>
  span !== undefined && (span.spanContext().traceFlags & 1) === 1;

/**
 * A part whose methods run in spans `NAME METHOD`; the part itself where nothing is traced, so that it costs nothing
 * there. To be called where the part is opened, which is after the tracing was.
 */
export function spanned<T extends object>(
  part: T,
  { name, kind, attributes = {} }: Omit<SpanOptions, 'parent' | 'links'>,
  methods: readonly (keyof T & string)[],
): T {
  if (tracer() === undefined) return part;
  const traced = { ...part } as Record<string, unknown>;
  for (const method of methods) {
    const inner = part[method] as (...args: unknown[]) => unknown;
    traced[method] = (...args: unknown[]) =>
      inSpan(`${name} ${method}`, kind, attributes, () => inner(...args));
  }
  return traced as T;
}

function within<T>(span: Span, whom: Omit<Work, 'span'> | undefined, work: () => T): T {
  try {
    const result = workFor({ requestId: whom?.requestId, span, deadline: whom?.deadline }, work);
    if (!(result instanceof Promise)) {
      span.end();
      return result;
    }
    return result.then(
      (value: unknown) => {
        span.end();
        return value;
      },
      (error: unknown) => {
        fail(span, error);
        throw error;
      },
    ) as T;
  } catch (error) {
    fail(span, error);
    throw error;
  }
}

/** `SpanStatusCode.ERROR`; OpenTelemetry's own module is not loaded here. */
const ERROR = 2;

/** By its name only: a message may hold what somebody sent. */
function fail(span: Span, error: unknown): void {
  span.setStatus({ code: ERROR });
  span.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
  span.end();
}

/** Marks the running code's span as failed, of work that answers its failure as a value. */
export function failSpan(errorType: string): void {
  const span = currentSpan();
  span?.setStatus({ code: ERROR });
  span?.setAttribute('error.type', errorType);
}
