import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { access, accessTable } from '@stampede/shared/access';
import { notFound } from '@stampede/shared/errors';
import { listen } from '@stampede/shared/http';
import { buildSubgraph, streamOfParts } from '@stampede/shared/graphql';
import { IDENTITY_HEADER, signIdentity, subscribeBody, type Identity } from '@stampede/shared/identity';
import { openNewest, type Newest } from '@stampede/shared/live';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { currentRequestId, openLog, openMetrics } from '@stampede/shared/telemetry';
import { Arg, Ctx, Field, Int, ObjectType, Query, Resolver, Root, Subscription } from 'type-graphql';
import { WebSocket } from 'ws';
import { openExecutor } from '../src/subgraph/executor.js';
import { openSubscriptions } from '../src/subgraph/subscriptions.js';

export const SECRET = 'local-only-identity-secret-of-tests';
export const GATEWAY: Identity = { kind: 'service', service: 'gateway' };
export const BUYER: Identity = { kind: 'user', userId: 'buyer', role: 'BUYER', sessionId: 'session' };

@ObjectType()
class Tick {
  @Field(() => Int)
  number!: number;

  /** Makes a value long. */
  @Field()
  padding!: string;
}

@Resolver()
class TickResolver {
  @Query(() => Int)
  nothing(): number {
    return 0;
  }

  @Subscription(() => Tick, { subscribe: streamOfParts })
  ticks(
    @Root() number: number,
    @Arg('of', () => String) of: string,
    @Arg('padding', () => Int, { defaultValue: 0 }) padding: number,
  ): Tick {
    if (number < 0) throw new Error(`the clock of ${of} runs backwards`);
    return { number, padding: 'x'.repeat(padding) };
  }

  @Subscription(() => String, { subscribe: streamOfParts })
  whoAmI(@Root() _: number, @Ctx() { identity }: SubgraphContext): string {
    return `${JSON.stringify(identity)} ${currentRequestId()}`;
  }
}

/** A subgraph with clocks that the test turns, and its address. */
export async function openClocks({ pingEveryMs = 10_000, secrets = SECRET } = {}) {
  const clocks = new Map<string, Set<Newest<unknown>>>();
  const logged: Record<string, unknown>[] = [];
  const log = openLog('clocks', 'info');
  for (const level of ['info', 'warn', 'error'] as const) {
    log[level] = (...entry: unknown[]) => void logged.push({ level, entry });
  }
  function open(of: string): AsyncIterable<unknown> {
    const clock: Newest<unknown> = openNewest(() => clocks.get(of)?.delete(clock));
    clocks.set(of, (clocks.get(of) ?? new Set()).add(clock));
    return clock.stream;
  }
  const { schema, sdl } = await buildSubgraph({
    resolvers: [new TickResolver()],
    access: accessTable([
      ['Query', access.PUBLIC, 'nothing'],
      ['Subscription', access.ANYONE, 'ticks whoAmI'],
      ['Tick', access.PUBLIC, 'number padding'],
    ]),
    subscriptions: {
      ticks: ({ of }: { of: string }, context: SubgraphContext) => {
        if (of === 'nobody') throw notFound('clock');
        if (of === 'broken') throw new Error('the secret of the clockmaker');
        if (of === 'mine') requireUser(context);
        return open(of);
      },
      whoAmI: () => open('me'),
    },
  });
  const metrics = openMetrics('clocks');
  const subscriptions = openSubscriptions({
    name: 'clocks',
    schema,
    executor: openExecutor<SubgraphContext>(schema, log),
    identitySecret: secrets,
    messageLimit: 64 * 1024,
    log,
    metrics,
    pingEveryMs,
  });
  const upgrades = { '/graphql': subscriptions.upgrade };
  const listener = await listen({ host: '127.0.0.1', port: 0, routes: {}, upgrades, log });
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await Promise.all([subscriptions.close(), listener.close()]);
  };
  return {
    sdl,
    url: `ws://127.0.0.1:${listener.port}/graphql`,
    logged,
    watching: (of: string) => clocks.get(of)?.size ?? 0,
    turn: (of: string, number: unknown) => clocks.get(of)?.forEach((clock) => clock.put('tick', number)),
    fail: (of: string, error: Error) => clocks.get(of)?.forEach((clock) => clock.fail(error)),
    open: async () => {
      const metric = await metrics.registry.getSingleMetric('stampede_subscriptions_open')?.get();
      return metric?.values[0]?.value;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

export interface Message {
  id?: string;
  type: string;
  payload?: unknown;
}

interface SubscribeOptions {
  as?: Identity;
  variables?: Record<string, unknown>;
  operationName?: string;
  signature?: string;
}

export const sign = (
  identity: Identity,
  body: string,
  { audience = 'clocks', secret = SECRET, now = Date.now() } = {},
) => signIdentity(secret, { audience, identity, requestId: 'request-1' }, body, now);

/** A client of the protocol that shows every message as it comes. */
export async function openPeer(url: string, init: unknown = { [IDENTITY_HEADER]: sign(GATEWAY, 'connect') }) {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  const messages: Message[] = [];
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  const greeted = new Promise((resolve) => socket.once('message', resolve));
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message));
  await new Promise((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  const send = (message: Message) => socket.send(JSON.stringify(message));
  if (init !== null) {
    send({ type: 'connection_init', payload: init });
    await Promise.race([greeted, closed]);
  }
  return {
    socket,
    messages,
    /** Resolves with the code. */
    closed,
    send,
    subscribe: (query: string, { as = BUYER, signature, ...rest }: SubscribeOptions = {}) => {
      const id = randomUUID();
      const body = subscribeBody({ query, ...rest });
      const extensions = { [IDENTITY_HEADER]: signature ?? sign(as, body) };
      send({ type: 'subscribe', id, payload: { query, ...rest, extensions } });
      return {
        id,
        got: () =>
          messages.filter((message) => message.id === id).map(({ type, payload }) => [type, payload]),
        stop: () => send({ type: 'complete', id }),
      };
    },
    [Symbol.asyncDispose]: async () => {
      socket.terminate();
      await closed;
    },
  };
}
