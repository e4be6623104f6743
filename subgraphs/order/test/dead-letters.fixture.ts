import { Unavailable } from '@stampede/shared/errors';
import { buildSubgraph } from '@stampede/shared/graphql';
import type { Identity, Role } from '@stampede/shared/identity';
import type { MessageType } from '@stampede/shared/messages';
import {
  appendEachToOutbox,
  deadLetterQueue,
  on,
  openMessaging,
  queueName,
  type Handler,
} from '@stampede/shared/messaging';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { deleteTopology, eventually, openTestDatabase } from '@stampede/shared/testing';
import { connect, type Options } from 'amqplib';
import { graphql } from 'graphql';
import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { DeadLettersResolver } from '../src/dead-letters/dead-letters.resolver.js';
import { keepDeadLetter } from '../src/dead-letters/keep-dead-letter.js';

/** The one event of these tests. */
export const noted: MessageType<{ number: number }> = {
  name: 'number.noted',
  version: 1,
  schema: z.object({ number: z.int() }),
};

const DELAYS_MS = [20, 40];
/** Tries of a message until it is given up. */
export const TRIES = DELAYS_MS.length + 1;

/** Of every message: a letter and its replay go on with its trace. */
export const TRACEPARENT = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;

export const OPERATOR = person('OPERATOR');

export function person(role: Role) {
  return { kind: 'user', userId: randomUUID(), role, sessionId: randomUUID() } as const satisfies Identity;
}

export interface Listed {
  id: string;
  service: string;
  queue: string;
  routingKey: string;
  messageId: string;
  reason: string;
  attempts: number;
  diedAt: string;
  body: string;
}

/** Order's collector and list, and services around it whose handlers a test chooses, on a broker's names of their own. */
export async function openDeadLetters() {
  const test = await openTestDatabase('order', fileURLToPath(new URL('../migrations', import.meta.url)));
  const { database } = test;
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const url = process.env.AMQP_URL as string;
  const log = openLog('order', process.env.TEST_LOG_LEVEL ?? 'silent');
  const opened: { close(): Promise<void> }[] = [];
  let awayTimes = 0;

  /** A service is what consumes its own queues: all of these share one database, and so one outbox. */
  async function openService(service: string, handlers: Handler[]) {
    const keep = {
      keepDeadLetter: (async (tx, letter) => {
        await keepDeadLetter(tx, letter);
        if (awayTimes-- > 0) throw new Unavailable('the database');
      }) satisfies typeof keepDeadLetter,
    };
    const messaging = await openMessaging({
      url,
      namespace,
      service,
      database,
      handlers,
      ...(service === 'order' && keep),
      log,
      metrics: openMetrics(service),
      delaysMs: DELAYS_MS,
    });
    opened.push(messaging);
  }
  await openService('order', []);

  const subgraph = await buildSubgraph({ resolvers: [new DeadLettersResolver(database)] });
  async function ask(source: string, variableValues: object = {}, identity: Identity = OPERATOR) {
    const { data, errors } = await graphql({
      schema: subgraph.schema,
      source,
      variableValues: { ...variableValues },
      contextValue: { identity, requestId: 'test' },
    });
    return { data, code: errors?.[0]?.extensions.code };
  }

  const listed = async (): Promise<Listed[]> => {
    const { data } = await ask(
      `{ deadLetters(first: 100) { edges { node {
        id service queue routingKey messageId reason attempts diedAt body } } } }`,
    );
    return (data as { deadLetters: { edges: { node: Listed }[] } }).deadLetters.edges.map(({ node }) => node);
  };

  return {
    database,
    namespace,
    openService,
    ask,
    listed,
    /** The next `times` times the database is away just before the commit. */
    goesAway: (times: number) => (awayTimes = times),
    queueOf: (service: string) => queueName(namespace, service, noted.name),
    say: (number: number) =>
      database.transaction('test', (tx) =>
        appendEachToOutbox(tx, noted, [{ body: { number }, requestId: undefined, traceparent: TRACEPARENT }]),
      ),
    /** Waits until the list has so many. */
    lists: (count: number) =>
      eventually(async () => {
        const letters = await listed();
        if (letters.length !== count) throw new Error(`${letters.length} are listed, not ${count}`);
        return letters;
      }),
    replay: (id: string, identity?: Identity) =>
      ask('mutation ($id: ID!) { replayDeadLetter(id: $id) }', { id }, identity),
    discard: (id: string, reason: string, identity?: Identity) =>
      ask(
        'mutation ($id: ID!, $reason: String!) { discardDeadLetter(id: $id, reason: $reason) }',
        { id, reason },
        identity,
      ),
    /** Puts a message into a queue, as anybody who reaches the broker could. */
    put: (content: Buffer, options: Options.Publish = {}, queue = deadLetterQueue(namespace)) =>
      withChannel(url, async (channel) => {
        channel.publish('', queue, content, options);
        await channel.waitForConfirms();
      }),
    /** Takes what waits in a queue and gives it back, until the broker has had enough. */
    wearOut: (queue: string) =>
      withChannel(url, async (channel) => {
        await eventually(async () => {
          const message = await channel.get(queue);
          if (!message) throw new Error(`nothing waits in ${queue}`);
          channel.nack(message, false, true);
        });
        for (let message = await channel.get(queue); message; message = await channel.get(queue)) {
          channel.nack(message, false, true);
        }
      }),
    declare: (queue: string) =>
      withChannel(url, async (channel) => {
        await channel.assertQueue(queue, {
          durable: true,
          arguments: {
            'x-queue-type': 'quorum',
            'x-delivery-limit': 3,
            'x-dead-letter-exchange': '',
            'x-dead-letter-routing-key': deadLetterQueue(namespace),
          },
        });
      }),
    deleteQueue: (queue: string) =>
      withChannel(url, async (channel) => void (await channel.deleteQueue(queue))),
    async [Symbol.asyncDispose]() {
      for (const messaging of opened.toReversed()) await messaging.close();
      await deleteTopology({ url, namespace, events: [noted.name], delaysMs: DELAYS_MS });
      await test[Symbol.asyncDispose]();
    },
  };
}

export type DeadLettersUnderTest = Awaited<ReturnType<typeof openDeadLetters>>;

/** A handler that fails while `broken`, and counts what it did. */
export function openHandler() {
  const state = { broken: true, tries: 0, done: [] as number[] };
  const handler = on(noted, (_tx, { number }) => {
    state.tries += 1;
    if (state.broken) return Promise.reject(new RangeError(`${number} is too much`));
    state.done.push(number);
    return Promise.resolve();
  });
  return Object.assign(state, { handler });
}

type Channel = Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createConfirmChannel']>>;

async function withChannel(url: string, work: (channel: Channel) => Promise<void>): Promise<void> {
  const connection = await connect(url, { noDelay: true });
  try {
    await work(await connection.createConfirmChannel());
  } finally {
    await connection.close();
  }
}
