import { createContextKey, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  RandomIdGenerator,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace-base';

type Settings = Record<string, string | undefined>;

/**
 * The sampler of `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`, as OpenTelemetry's specification has them;
 * `parentbased_always_on` unless set.
 *
 * @throws Error for one that there is not.
 */
export function samplerOf(settings: Settings): Sampler {
  const name = settings.OTEL_TRACES_SAMPLER || 'parentbased_always_on';
  const isParentBased = name.startsWith('parentbased_');
  const root = rootOf(name.replace('parentbased_', ''), settings.OTEL_TRACES_SAMPLER_ARG);
  if (!root) throw new Error(`OTEL_TRACES_SAMPLER: there is no ${name}`);
  return isParentBased ? new ParentBasedSampler({ root }) : root;
}

function rootOf(name: string, ratio: string | undefined): Sampler | undefined {
  if (name === 'always_on') return new AlwaysOnSampler();
  if (name === 'always_off') return new AlwaysOffSampler();
  return name === 'traceidratio' ? new TraceIdRatioBasedSampler(shareOf(ratio)) : undefined;
}

function shareOf(ratio: string | undefined): number {
  const share = ratio ? Number(ratio) : 1;
  if (!(share >= 0 && share <= 1)) throw new Error('OTEL_TRACES_SAMPLER_ARG: a share from 0 to 1');
  return share;
}

const PUBLIC = createContextKey('the parent is a stranger’s');

/** A context whose parent is a stranger's. */
export const asPublic = (context: Context): Context => context.setValue(PUBLIC, true);

/**
 * Whoever sends a `traceparent` from outside chooses the trace's id, and could have every request of theirs sampled: by
 * the flag, or by an id that the ratio lets pass. So that is decided as for a new trace, whose id nobody knows.
 */
export function strangersDecideNothing(inner: Sampler): Sampler {
  const ids = new RandomIdGenerator();
  return {
    shouldSample: (context, traceId, ...rest) =>
      context.getValue(PUBLIC) === true
        ? inner.shouldSample(ROOT_CONTEXT, ids.generateTraceId(), ...rest)
        : inner.shouldSample(context, traceId, ...rest),
    toString: () => inner.toString(),
  };
}
