import 'reflect-metadata';
import { armCrashPoints } from '@stampede/shared/crash-points';
import { migrate, openDatabase } from '@stampede/shared/database';
import { openChangeFeed } from '@stampede/shared/live';
import { openMessaging } from '@stampede/shared/messaging';
import { openServiceClient, readinessOf, runService, serveSubgraph } from '@stampede/shared/subgraph';
import { openLog, openMetrics, openTracing } from '@stampede/shared/telemetry';
import { openApprovals } from './approvals/approvals.js';
import { bookingHandlers } from './books/booking.js';
import { readPaymentEnv } from './env.js';
import { handlers } from './handlers.js';
import { jobs } from './jobs.js';
import { openProviders, tossSdkOf } from './open-providers.js';
import { openOrderClient } from './order-client.js';
import { paymentChanges } from './payment-changes.js';
import { openProviderEvents } from './provider-events/provider-events.js';
import { buildPayment } from './schema.js';
import { tables } from './tables.js';

/** Of the 20 connections of the pool, so that paying has the most of them however far booking is behind. */
const BOOKINGS_AT_ONCE = 4;

const env = readPaymentEnv();
const log = openLog('payment', env.LOG_LEVEL);
const metrics = openMetrics('payment');
const us = { service: 'payment', identitySecret: env.IDENTITY_SECRET, log, metrics };

armCrashPoints('payment', env);
await runService({ log, drainMs: env.DRAIN_MS }, async (own) => {
  own(await openTracing('payment', log));
  const store = { url: env.DATABASE_URL, schema: tables.schema, log };
  await migrate({ ...store, ...tables });
  const database = own(openDatabase({ ...store, metrics }));
  const live = { redisUrl: env.REDIS_URL, namespace: env.NAMESPACE, log };
  const feed = own(openChangeFeed({ ...live, topic: 'orders' }));
  own(paymentChanges.listen(feed.announce));
  const order = own(openServiceClient({ ...us, urls: env.ORDER_URLS, audience: 'order' }));
  const parts = {
    database,
    providers: openProviders(env, own, { log, metrics }),
    orders: openOrderClient(order),
    approvals: openApprovals(database),
    sealer: env.PAYMENT_TOKEN_KEYS,
    log,
  };
  const events = own(openProviderEvents(parts, metrics));
  for (const job of jobs(parts, metrics)) own(job);
  const booking = {
    handlers: bookingHandlers(env.PLATFORM_FEE_BASIS_POINTS),
    concurrency: BOOKINGS_AT_ONCE,
    paused: env.BOOKING === 'off',
  };
  const broker = { url: env.AMQP_URL, namespace: env.NAMESPACE };
  const yieldsTo = parts.approvals.isRush;
  own(await openMessaging({ ...us, ...broker, database, handlers, aside: booking, yieldsTo }));
  const returnOrigins = env.RETURN_ORIGINS;
  const subgraph = await buildPayment(parts, { returnOrigins, sdk: tossSdkOf(env), events });
  const readiness = readinessOf({ database });
  own(await serveSubgraph({ ...us, subgraph, host: env.HOST, port: env.PORT, readiness }));
});
