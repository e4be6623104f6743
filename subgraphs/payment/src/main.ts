import 'reflect-metadata';
import { migrate, openDatabase } from '@stampede/shared/database';
import { openChangeFeed } from '@stampede/shared/live';
import { openMessaging, startWatchdog } from '@stampede/shared/messaging';
import { openServiceClient, readinessOf, runService, serveSubgraph } from '@stampede/shared/subgraph';
import { openLog, openMetrics, openTracing } from '@stampede/shared/telemetry';
import { openApprovals } from './approvals/approvals.js';
import { bookingHandlers } from './books/booking.js';
import { openSettling } from './decision/settle-unknown.js';
import { readPaymentEnv } from './env.js';
import { auditBooks } from './figures/audit-books.js';
import { countPaymentSteps } from './figures/count-payment-steps.js';
import { watchMoney } from './figures/watch-money.js';
import { openProviders, tossSdkOf } from './open-providers.js';
import { openOrderClient } from './order-client.js';
import { onOrderCancelled, onOrderExpired } from './order-ended/on-order-ended.js';
import { onOrderPaid } from './order-paid/on-order-paid.js';
import { onPaymentOverdue } from './overdue/on-payment-overdue.js';
import { paymentChanges } from './payment-changes.js';
import { openProviderEvents } from './provider-events/provider-events.js';
import { onRefundRequested } from './refund/on-refund-requested.js';
import { mismatchesOf } from './refund/mismatches.js';
import { openRefunding } from './refund/refund-due.js';
import { buildPayment } from './schema.js';
import { remindOfApproval } from './watchdog/remind-of-approval.js';
import { watchDecisions } from './watchdog/watch-decisions.js';
import { tables } from './tables.js';

/** Of the 20 connections of the pool, so that paying has the most of them however far booking is behind. */
const BOOKINGS_AT_ONCE = 4;

const env = readPaymentEnv();
const log = openLog('payment', env.LOG_LEVEL);
const metrics = openMetrics('payment');

await runService({ log, drainMs: env.DRAIN_MS }, async (own) => {
  own(await openTracing('payment', log));
  const store = { url: env.DATABASE_URL, schema: tables.schema, log };
  await migrate({ ...store, ...tables });
  const database = own(openDatabase({ ...store, metrics }));
  const live = { redisUrl: env.REDIS_URL, namespace: env.NAMESPACE, log };
  const feed = own(openChangeFeed({ ...live, topic: 'orders' }));
  own(paymentChanges.listen(feed.announce));
  const identity = {
    service: 'payment',
    identitySecret: env.IDENTITY_SECRET,
    log,
    metrics,
  };
  const order = own(openServiceClient({ ...identity, urls: env.ORDER_URLS, audience: 'order' }));
  const parts = {
    database,
    providers: openProviders(env, own, { log, metrics }),
    orders: openOrderClient(order),
    approvals: openApprovals(database),
    sealer: env.PAYMENT_TOKEN_KEYS,
    log,
  };
  own(openSettling(parts));
  own(openRefunding(parts, mismatchesOf(metrics)));
  const events = own(openProviderEvents(parts, metrics));
  own(startWatchdog({ database, reminders: [remindOfApproval], log, metrics }));
  own(watchDecisions(parts, metrics));
  own(countPaymentSteps(parts.providers, metrics));
  own(watchMoney(parts, metrics));
  own(auditBooks(parts, metrics));
  own(
    await openMessaging({
      url: env.AMQP_URL,
      namespace: env.NAMESPACE,
      service: 'payment',
      database,
      handlers: [onRefundRequested, onOrderPaid, onOrderExpired, onOrderCancelled, onPaymentOverdue],
      aside: {
        handlers: bookingHandlers(env.PLATFORM_FEE_BASIS_POINTS),
        concurrency: BOOKINGS_AT_ONCE,
        paused: env.BOOKING === 'off',
      },
      yieldsTo: parts.approvals.isRush,
      log,
      metrics,
    }),
  );
  const subgraph = await buildPayment(parts, {
    returnOrigins: env.RETURN_ORIGINS,
    sdk: tossSdkOf(env),
    events,
  });
  const readiness = readinessOf({ database });
  own(
    await serveSubgraph({
      name: 'payment',
      ...identity,
      subgraph,
      host: env.HOST,
      port: env.PORT,
      readiness,
      log,
      metrics,
    }),
  );
});
