import { expect, test } from '@jest/globals';
import { openMetrics } from '@stampede/shared/telemetry';
import { toClientBy } from '../src/live/client-errors.js';
import { formatErrorFor } from '../src/graphql/format-error.js';
import { openLiveMetrics } from '../src/live/live-metrics.js';
import type { CurrentGraph, Graph } from '../src/live/planning/index.js';
import { openBroadcasts } from '../src/live/sharing/broadcasts.js';
import { log } from './fixtures/house.js';

/** Graphs of one plan per text, as far as sharing looks at them; the test changes them. */
function openGraphs() {
  const listeners: ((graph: Graph) => void)[] = [];
  const plan = (text: string) => ({
    text,
    audience: 'everybody',
    primary: { serviceName: 'shop', operation: text },
    keyOf: () => '',
  });
  const graph = { plan: ({ query }: { query: string }) => ({ ok: true, plan: plan(query), variables: {} }) };
  const graphs = {
    current: () => graph as never,
    onChange: (listener: (graph: Graph) => void) => void listeners.push(listener),
  } satisfies CurrentGraph;
  const change = (next: object): void => {
    for (const listener of listeners) listener(next as Graph);
  };
  return { graphs, change, plan };
}

test('a subscription that another graph cannot plan ends, and the others go on', () => {
  const { graphs, change, plan } = openGraphs();
  const opened: string[] = [];
  const broadcasts = openBroadcasts(graphs, {
    streams: {
      open: ({ request }) => {
        opened.push(request.query);
        return () => undefined;
      },
      close: () => undefined,
    },
    answerEvent: () => Promise.resolve({}),
    toClient: toClientBy(formatErrorFor(false, log)),
    turns: (work) => void setImmediate(work),
    deadlineMs: 10_000,
    metrics: openLiveMetrics(openMetrics('test')),
  });
  const errors: Record<string, string[]> = { bad: [], good: [] };
  const watch = (query: string) =>
    broadcasts.watch(
      { query, variables: {}, operationName: undefined, document: undefined as never },
      { kind: 'anonymous' },
      {
        next: () => undefined,
        error: (text) => errors[query]?.push(text.toString()),
        complete: () => undefined,
      },
    );
  watch('bad');
  watch('good');
  change({
    plan: ({ query }: { query: string }) => {
      if (query === 'bad') throw new Error('the planner is at a loss');
      return {
        ok: true,
        plan: { ...plan(query), primary: { serviceName: 'shop', operation: 'anew' } },
        variables: {},
      };
    },
  });
  expect(errors.good).toEqual([]);
  expect(errors.bad).toHaveLength(1);
  expect(errors.bad?.[0]).toMatch(/"code":"INTERNAL"/);
  expect(opened).toEqual(['bad', 'good', 'anew']);
  broadcasts.close();
});
