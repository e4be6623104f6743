import { connect, type GetMessage } from 'amqplib';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  migrate,
  openDatabase,
  serviceDatabaseUrl,
  type Database,
  type ServiceName,
  type Transaction,
} from '@stampede/shared/database';
import type { MessageType } from '@stampede/shared/messages';
import {
  appendToOutbox,
  deadLetterQueue,
  messagingTables,
  on,
  openMessaging,
  type Handler,
  type Messaging,
  type MessagingOptions,
} from '@stampede/shared/messaging';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import {
  TEST_ROLE_PASSWORD,
  adminDatabaseUrl,
  createTestDatabase,
  deleteTopology,
  discardTestDatabase,
} from '@stampede/shared/testing';

/** The event of these tests: a number was noted. */
export interface Noted {
  number: number;
}
export const noted: MessageType<Noted> = {
  name: 'number.noted',
  version: 1,
  schema: z.object({ number: z.int() }),
};

/** Another, for what two kinds of them do to each other. */
export const heard: MessageType<Noted> = { ...noted, name: 'number.heard' };

/** A table for what handlers do. */
const MIGRATION = '-- Up Migration\nCREATE TABLE effect (number integer NOT NULL);';

/** Long enough to tell attempts apart, short enough to wait for. */
export const DELAYS_MS = [50, 100, 200];

export const brokerUrl = () => {
  const url = process.env.AMQP_URL;
  if (!url) throw new Error('AMQP_URL is not set: run `npm test` in the project’s folder');
  return url;
};

/** A database and a namespace of their own, in which services tell each other of numbers. */
export async function openHouse() {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const name = await createTestDatabase('messaging');
  const folder = mkdtempSync(join(tmpdir(), 'stampede-messaging-'));
  writeFileSync(join(folder, '0001_effect.sql'), MIGRATION);
  const closers: (() => Promise<void>)[] = [];
  const prepared = new Set<ServiceName>();

  /** Its schema, with the tables of messaging and one for the effects of handlers. */
  async function databaseOf(service: ServiceName, lead = (url: string) => url): Promise<Database> {
    const url = serviceDatabaseUrl(adminDatabaseUrl(), name, service, TEST_ROLE_PASSWORD);
    const log = openLog(service, process.env.TEST_LOG_LEVEL ?? 'silent');
    if (!prepared.has(service)) {
      prepared.add(service);
      await migrate({ url, schema: service, folder, sets: [messagingTables], log });
    }
    const database = openDatabase({ url: lead(url), schema: service, log });
    closers.push(() => database.close());
    return database;
  }

  async function openService(
    service: ServiceName,
    handlers: Handler[],
    options: Partial<MessagingOptions> & { leadDatabase?: (url: string) => string } = {},
  ) {
    const { leadDatabase, ...rest } = options;
    const database = await databaseOf(service, leadDatabase);
    const metrics = openMetrics(service);
    const messaging = await openMessaging({
      url: brokerUrl(),
      namespace,
      service,
      database,
      handlers,
      log: openLog(service, process.env.TEST_LOG_LEVEL ?? 'silent'),
      metrics,
      delaysMs: DELAYS_MS,
      ...rest,
    });
    let closed: Promise<void> | undefined;
    const close = () => (closed ??= messaging.close());
    closers.push(close);
    return { ...serviceOver(database, metrics, messaging), close };
  }

  return {
    namespace,
    openService,
    databaseOf,
    deadLetters: () => takeAll(deadLetterQueue(namespace)),
    async [Symbol.asyncDispose]() {
      for (const close of closers.toReversed()) await close();
      await deleteTopology({
        url: brokerUrl(),
        namespace,
        events: [noted.name, heard.name],
        delaysMs: DELAYS_MS,
      });
      await discardTestDatabase(name);
      rmSync(folder, { recursive: true });
    },
  };
}

export type House = Awaited<ReturnType<typeof openHouse>>;

function serviceOver(database: Database, metrics: ReturnType<typeof openMetrics>, messaging: Messaging) {
  return {
    database,
    messaging,
    note: (...numbers: number[]) =>
      database.transaction('test', async (tx) => {
        for (const number of numbers) await appendToOutbox(tx, noted, { number });
      }),
    /** What handlers have done, in order of the numbers. */
    effects: async () => {
      const rows = await database.query<Noted>('SELECT number FROM effect ORDER BY number');
      return rows.map(({ number }) => number);
    },
    unpublished: async () => {
      const rows = await database.query('SELECT id FROM outbox WHERE published_at IS NULL');
      return rows.length;
    },
    /** A counter's sum over the series that carry these labels. */
    counted: async (name: string, labels: Record<string, string> = {}) => {
      const metric = await metrics.registry.getSingleMetric(`stampede_${name}`)?.get();
      const values = metric?.values ?? [];
      return values
        .filter((value) => Object.entries(labels).every(([label, text]) => value.labels[label] === text))
        .reduce((sum, { value }) => sum + value, 0);
    },
  };
}

export type Service = Awaited<ReturnType<House['openService']>>;

/** Writes the number down, once per time it runs. */
export const noteDown = (tx: Transaction, { number }: Noted) =>
  tx.run('INSERT INTO effect (number) VALUES ($1)', [number]).then(() => undefined);

export const writer = on(noted, noteDown);

export const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** Takes what a queue holds now. */
async function takeAll(queue: string): Promise<GetMessage[]> {
  const taken: GetMessage[] = [];
  await withChannel(async (channel) => {
    for (let message = await channel.get(queue, { noAck: true }); message;) {
      taken.push(message);
      message = await channel.get(queue, { noAck: true });
    }
  });
  return taken;
}

/** Messages that the queue has for whoever comes next. */
export async function waitingIn(queue: string): Promise<number> {
  let waiting = 0;
  await withChannel(async (channel) => {
    waiting = (await channel.checkQueue(queue)).messageCount;
  });
  return waiting;
}

/** Speaks to the broker directly, as somebody outside the house. */
export async function withChannel(
  work: (
    channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createConfirmChannel']>>,
  ) => Promise<void>,
): Promise<void> {
  const connection = await connect(brokerUrl(), { noDelay: true });
  let closed = false;
  connection.on('close', () => (closed = true));
  // What the broker refuses rejects the call as well, as long as somebody listens: else it would never be answered.
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    await work(channel);
  } finally {
    // A queue that is just being made may cost the connection, not the channel alone.
    if (!closed) await connection.close();
  }
}

/** A promise, and what resolves it. */
export function gate(): [Promise<void>, () => void] {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [opened, open];
}
