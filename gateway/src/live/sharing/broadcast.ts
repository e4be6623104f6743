import { Unavailable } from '@stampede/shared/errors';
import type { Identity } from '@stampede/shared/identity';
import { randomUUID } from 'node:crypto';
import type { ToClient } from '../client-errors.js';
import type { LiveMetrics } from '../live-metrics.js';
import type { Graph, SubscriptionRequest } from '../planning/index.js';
import { keepStream } from '../subgraph/keep-stream.js';
import { mayPass } from '../subgraph/may-pass.js';
import type { StreamEvent, SubgraphStreams } from '../subgraph/subgraph-streams.js';
import type { Answer, AnswerEvent, Subscription } from './answer-event.js';
import { openAnswering, type Answered } from './answering.js';
import { openDelivery, type Viewer } from './deliver.js';
import type { Turns } from './turns.js';

export interface BroadcastParts {
  streams: SubgraphStreams;
  answerEvent: AnswerEvent;
  toClient: ToClient;
  turns: Turns;
  /** Milliseconds in which a subgraph has to be reached for the first time. */
  deadlineMs: number;
  metrics: LiveMetrics;
}

export interface BroadcastOptions {
  request: SubscriptionRequest;
  subscription: Subscription;
  /** As whom it runs. */
  identity: Identity;
  parts: BroadcastParts;
  /** It has ended, or nobody watches any more. */
  onEnd: () => void;
}

export interface Broadcast {
  join(viewer: Viewer): void;
  leave(viewer: Viewer): void;
  /** Goes on as another supergraph wants it; ends, with an error to the viewers, where that has no such thing. */
  replan(graph: Graph): void;
  close(): void;
}

/** One subscription at a subgraph: each event is executed and encoded once for all who watch. */
export function openBroadcast(options: BroadcastOptions): Broadcast {
  const { request, identity, parts, onEnd } = options;
  const { metrics, toClient } = parts;
  const delivery = openDelivery(parts.turns, (count) => metrics.conflated.inc(count));
  let { subscription } = options;
  let closed = false;
  const answering = openAnswering({
    keyOf: (event) => subscription.plan.keyOf(event.data),
    answer,
    onAnswer: delivery.send,
  });
  let stream = subscribe();

  function subscribe() {
    const { plan, variables } = subscription;
    const { serviceName, operation, operationName, variableUsages = [] } = plan.primary;
    const used = variableUsages.filter((name) => name in variables).map((name) => [name, variables[name]]);
    return keepStream({
      deadlineMs: parts.deadlineMs,
      open: (sink) => {
        metrics.upstreamsOpened.inc();
        return parts.streams.open(
          {
            subgraph: serviceName,
            request: { query: operation, variables: Object.fromEntries(used), operationName },
            identity,
            requestId: randomUUID(),
          },
          sink,
        );
      },
      onEvent: answering.take,
      onLost: delivery.outdate,
      onEnd: (errors) => (errors.length === 0 ? answering.finish(complete) : fail(errors)),
    });
  }

  async function answer(event: StreamEvent): Promise<Answered> {
    const answered = await answerOf(event);
    // What the event itself lacks only its subgraph can tell: its stream is begun anew for that.
    return { payload: encode(answered), lacking: mayPass(answered.errors) && !mayPass(event.errors) };
  }

  async function answerOf(event: StreamEvent): Promise<Answer> {
    const requestId = randomUUID();
    metrics.events.inc();
    try {
      return await parts.answerEvent(subscription, event, { identity, requestId });
    } catch (error) {
      return { data: null, errors: toClient([error], requestId) };
    }
  }

  function fail(errors: readonly unknown[]): void {
    const text = encode(toClient(errors, randomUUID()));
    close();
    delivery.end((viewer) => viewer.error(text));
  }

  function complete(): void {
    close();
    delivery.end((viewer) => viewer.complete());
  }

  function close(): void {
    if (closed) return;
    closed = true;
    stream.close();
    answering.close();
    onEnd();
  }

  return {
    join: delivery.add,
    leave: (viewer) => {
      delivery.remove(viewer);
      if (delivery.viewers() === 0) close();
    },
    replan: (graph) => {
      const planned = planAgain(graph, request);
      if (!planned.ok) return fail(planned.errors);
      // For another audience it would have to run as another identity: who still may comes again.
      if (planned.plan.audience !== subscription.plan.audience) {
        return fail([new Unavailable('the subscription, as it was begun')]);
      }
      const before = subscription;
      subscription = planned;
      if (sameAtSubgraph(before, planned)) return;
      stream.close();
      answering.drop();
      stream = subscribe();
    },
    close,
  };
}

/** What the planner cannot do is this subscription's end, and nobody else's. */
function planAgain(graph: Graph, request: SubscriptionRequest) {
  try {
    return graph.plan(request);
  } catch (error) {
    return { ok: false as const, errors: [error] };
  }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value));

/** Then it goes on as it is: every open subscription begun anew at once would be a storm. */
function sameAtSubgraph(before: Subscription, after: Subscription): boolean {
  const [a, b] = [before.plan.primary, after.plan.primary];
  return a.serviceName === b.serviceName && a.operation === b.operation;
}
