import type { GetMessage } from 'amqplib';
import { afterEach, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { openTogether } from '@stampede/shared/background';
import { remainingMs } from '@stampede/shared/spread';
import { appendEachToOutbox, on, type Told } from '@stampede/shared/messaging';
import { inEntrySpan, inSpan, openLog, openTracing, traceparent } from '@stampede/shared/telemetry';
import { eventually, openSpanCollector } from '@stampede/shared/testing';
import { freePorts } from '../src/testing/free-ports.js';
import { gate, heard, noted, openHouse, waitingIn, type Noted } from './messaging-fixture.js';

const before = { ...process.env };
afterEach(() => {
  process.env = { ...before };
});

/** Tracing to a collector of its own. */
async function openTraced(settings: Record<string, string> = {}) {
  const collector = await openSpanCollector();
  Object.assign(process.env, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '20',
    ...settings,
  });
  const tracing = await openTracing('test', openLog('test', 'silent'));
  return {
    collector,
    tracing,
    [Symbol.asyncDispose]: async () => {
      await tracing.close();
      await collector[Symbol.asyncDispose]();
    },
  };
}

const TRACE = 'ab'.repeat(16);
const parentOf = (flags: string, trace = TRACE) => `00-${trace}-${'cd'.repeat(8)}-${flags}`;
const serve = <T>(sent: string | undefined, isPublic: boolean, work: () => T) =>
  inEntrySpan({ name: 'serve', kind: 'server', traceparent: sent, isPublic, requestId: 'r' }, work);
const digits = (text: string | undefined) => text?.slice(-2);

test('a stranger’s trace goes on, and neither its flag nor its id decides whether it is sampled', async () => {
  const sampled = parentOf('01', `${'0'.repeat(31)}1`);
  {
    await using _ = await openTraced({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
    expect(serve(parentOf('01'), true, traceparent)).toMatch(new RegExp(`^00-${TRACE}-[\\da-f]{16}-00$`));
    expect(digits(serve(parentOf('01'), false, traceparent))).toBe('01');
  }
  await using _ = await openTraced({
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.000001',
  });
  expect(digits(serve(sampled, true, traceparent))).toBe('00');
  expect(digits(serve(parentOf('01'), false, traceparent))).toBe('01');
});

test('what is no traceparent begins a trace', async () => {
  await using _ = await openTraced();
  for (const sent of ['', 'x', parentOf('01', '0'.repeat(32)), `${parentOf('01')}-more`, parentOf('zz')]) {
    const own = serve(sent, true, traceparent);
    expect(own).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/);
    expect(own).not.toContain(TRACE);
  }
});

test('what is not sampled, or belongs to no request, makes no spans', async () => {
  await using traced = await openTraced({ OTEL_TRACES_SAMPLER: 'always_off' });
  inSpan('nobody’s', 'internal', {}, () => undefined);
  serve(undefined, true, () => inSpan('unsampled', 'internal', {}, () => undefined));
  await traced.tracing.close();
  expect(traced.collector.spans).toEqual([]);
});

test('a span within a request goes on within its deadline', async () => {
  await using _ = await openTraced();
  const request = { name: 'serve', kind: 'server', requestId: 'r', deadline: performance.now() } as const;
  const left = () => inSpan('ask', 'client', {}, remainingMs);
  expect(inEntrySpan(request, left)).toBe(0);
  expect(inEntrySpan({ ...request, deadline: undefined }, left)).toBe(Infinity);
});

test('what is done for several at once is in the first one’s trace, with links to the others', async () => {
  await using traced = await openTraced();
  const together = openTogether<string, string | undefined>(8, (items) =>
    Promise.all(items.map(() => Promise.resolve({ status: 'fulfilled' as const, value: traceparent() }))),
  );
  const traces = ['1', '2', '3'].map((digit) => digit.repeat(32));
  await Promise.all(traces.map((trace) => serve(parentOf('01', trace), false, () => together(trace))));
  await traced.tracing.close();
  const { spans } = traced.collector;
  const [batch, ...more] = spans.filter(({ name }) => name === 'together');
  expect(more).toEqual([]);
  expect(batch).toMatchObject({
    traceId: traces[0],
    links: [{ traceId: traces[1] }, { traceId: traces[2] }],
  });
});

test('each message of a batch goes on in its own trace, through retries to its dead letter', async () => {
  await using traced = await openTraced();
  await using house = await openHouse();
  const [begun, begin] = gate();
  const [open, release] = gate();
  let together = 0;
  const relays = on(
    noted,
    async () => {
      begin();
      await open;
    },
    (tx, messages: readonly Told<Noted>[]) => {
      together = messages.length;
      const events = messages.map(({ body, meta: { requestId, traceparent: own } }) => ({
        body,
        requestId,
        traceparent: own,
      }));
      return appendEachToOutbox(tx, heard, events);
    },
  );
  const teller = await house.openService('user', []);
  const worker = await house.openService('order', [
    relays,
    on(heard, () => Promise.reject(new Error('no way'))),
  ]);
  const traces = ['1', '2', '3'].map((digit) => digit.repeat(32));
  const [first, ...others] = traces.map(
    (trace, index) => () => serve(parentOf('01', trace), false, () => teller.note(index)),
  );
  await first?.();
  await begun;
  for (const tell of others) await tell();
  await eventually(async () => {
    expect(await teller.unpublished()).toBe(0);
    expect(await waitingIn(`${house.namespace}.order.${noted.name}`)).toBe(0);
  });
  release();
  const letters: GetMessage[] = [];
  await eventually(async () => {
    letters.push(...(await house.deadLetters()));
    expect(letters).toHaveLength(2);
  });
  expect(together).toBe(2);
  const parents = letters.map(({ properties }) => String(properties.headers?.traceparent).split('-'));
  await worker.close();
  await teller.close();
  await traced.tracing.close();
  const sent = traced.collector.spans.filter(({ name }) => name === `publish ${heard.name}`);
  const named = (trace: string, span: string) => `${trace} ${span}`;
  expect(new Set(parents.map(([, trace = '', span = '']) => named(trace, span)))).toEqual(
    new Set(sent.map(({ traceId, spanId }) => named(traceId, spanId))),
  );
  expect(new Set(sent.map(({ traceId }) => traceId))).toEqual(new Set(traces.slice(1)));
  const tries = traced.collector.spans.filter(({ name }) => name.endsWith(`process order.${heard.name}`));
  const attempts = tries.map(({ attributes }) => Number(attributes['stampede.message.attempts']));
  expect(attempts.toSorted((left, right) => left - right)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
});

test('a collector that is away costs spans and a warning, and holds no stop up', async () => {
  const [port] = await freePorts(1);
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${port}`;
  process.env.OTEL_BSP_MAX_QUEUE_SIZE = '64';
  process.env.OTEL_BSP_MAX_EXPORT_BATCH_SIZE = '32';
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '200';
  const lines: string[] = [];
  const log = openLog('test', 'info', { write: (line) => void lines.push(line) });
  const tracing = await openTracing('test', log);
  for (let count = 0; count < 1_000; count += 1) serve(undefined, true, () => undefined);
  await tracing.close();
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    'spans are dropped: they cannot be delivered',
    'the last spans were not delivered',
  ]);
});

test('without an endpoint a subgraph loads not a module of the SDK', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', LISTS_MODULES],
    { env: { PATH: process.env.PATH ?? '' } },
  );
  const { without, withOne } = JSON.parse(stdout) as Record<'without' | 'withOne', string[]>;
  expect(without).toEqual([]);
  expect(withOne).toEqual(expect.arrayContaining(['sdk-trace-base', 'exporter-trace-otlp-http']));
});

test('nothing is traced where it is turned off, and an endpoint that is none is refused', async () => {
  const log = openLog('test', 'silent');
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
  for (const off of [
    { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
    { ...endpoint, OTEL_SDK_DISABLED: 'true' },
    { ...endpoint, OTEL_TRACES_EXPORTER: 'none' },
  ]) {
    process.env = { ...before, ...off };
    await openTracing('test', log);
    expect(serve(parentOf('01'), false, traceparent)).toBeUndefined();
  }
  process.env = { ...before, OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' };
  await expect(openTracing('test', log)).rejects.toThrow('an http or https URL');
});

/** Prints which packages of OpenTelemetry a subgraph loads, without an endpoint and then with one; `api` comes with prom-client. */
const LISTS_MODULES = `
  import { registerHooks } from 'node:module';
  const loaded = new Set();
  registerHooks({ load: (url, context, next) => {
    const name = /@opentelemetry\\/([^/]+)/.exec(url)?.[1];
    if (name && name !== 'api') loaded.add(name);
    return next(url, context);
  } });
  const { openLog, openTracing } = await import('@stampede/shared/telemetry');
  await import('@stampede/shared/subgraph');
  await import('@stampede/shared/messaging');
  const log = openLog('test', 'silent');
  await openTracing('test', log);
  const without = [...loaded];
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:9';
  await openTracing('test', log);
  process.stdout.write(JSON.stringify({ without, withOne: [...loaded] }));
  process.exit();`;
