import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import { Client } from 'pg';

/** Ends a wait before its deadline: the thing waited for has died, or nobody wants it any more. */
export interface Waiting {
  deadlineMs: number;
  signal?: AbortSignal | undefined;
  /** Resolves with the reason when waiting on is pointless. */
  died?: Promise<string> | undefined;
}

/**
 * Repeats a check until it succeeds.
 * @throws the check's last error when the deadline passes, or the reason why waiting on is pointless
 */
export async function untilReady(what: string, check: () => Promise<void>, waiting: Waiting): Promise<void> {
  const deadline = performance.now() + waiting.deadlineMs;
  const gone = waiting.died?.then((how) => Promise.reject(new Error(`${what} ${how}`)));
  gone?.catch(() => undefined);
  const aborted = new Promise<never>((_, reject) => {
    if (waiting.signal?.aborted) reject(waiting.signal.reason as Error);
    waiting.signal?.addEventListener('abort', () => reject(waiting.signal!.reason as Error), { once: true });
  });
  aborted.catch(() => undefined);
  const over = new AbortController();
  const poll = async (): Promise<void> => {
    while (!over.signal.aborted) {
      try {
        return await check();
      } catch (error) {
        if (performance.now() > deadline) {
          const reason = error instanceof Error ? error.message || error.name : String(error);
          throw new Error(`${what} is not ready after ${waiting.deadlineMs / 1000} s: ${reason}`, {
            cause: error,
          });
        }
      }
      await pause(50);
    }
  };
  try {
    await Promise.race([poll(), aborted, ...(gone ? [gone] : [])]);
  } finally {
    over.abort();
  }
}

/** PostgreSQL answers a query. */
export async function postgresqlAnswers(url: string): Promise<void> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 2_000,
    query_timeout: 2_000,
  });
  // A connection that ends while idle is told here; the query tells what matters.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Redis runs a script. It refuses to while it loads its data. */
export async function redisAnswers(url: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.eval('return redis.call("DBSIZE")', 0);
  } finally {
    redis.disconnect();
  }
}

/** RabbitMQ confirms a publish and gives the message back. */
export async function rabbitmqAnswers(url: string): Promise<void> {
  const connection = await connect(url, { timeout: 2_000, noDelay: true });
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    const { queue } = await channel.assertQueue('', { exclusive: true });
    const content = randomUUID();
    channel.sendToQueue(queue, Buffer.from(content));
    await channel.waitForConfirms();
    const message = await channel.get(queue, { noAck: true });
    if (!message || message.content.toString() !== content)
      throw new Error('a confirmed message did not come back');
  } finally {
    await connection.close();
  }
}

/** A service says that it serves (`GET /readyz` is 200); otherwise throws the reasons that it gives. */
export async function httpAnswers(baseUrl: string): Promise<void> {
  const response = await fetch(`${baseUrl}/readyz`, { signal: AbortSignal.timeout(2_000) });
  const body = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${body.slice(0, 500)}`);
}
