import type { Attributes, Span } from '@opentelemetry/api';

export type Kind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanOptions {
  /** By OpenTelemetry's semantic conventions where they have one; of a bounded set. */
  name: string;
  kind: Kind;
  /** Nothing of a person, a card, a token or a key. */
  attributes?: Attributes;
  parent?: Span | undefined;
  /** What it is done for besides. */
  links?: readonly Span[];
  /** Whether the parent is a stranger's: its trace goes on, and whether it is sampled is our decision. */
  isPublic?: boolean;
}

/** What the seams need of OpenTelemetry; there is none where no endpoint is set. */
export interface Tracer {
  start(options: SpanOptions): Span;
  /** A span of another process, by its W3C `traceparent`; undefined when that is none. */
  remote(traceparent: string): Span | undefined;
}

let current: Tracer | undefined;

/** The process' tracer: every seam asks for it, and does nothing else where it is undefined. */
export const tracer = (): Tracer | undefined => current;

/** @param opened undefined ends tracing. */
export function setTracer(opened: Tracer | undefined): void {
  current = opened;
}
