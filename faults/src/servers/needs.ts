import type { Server } from './own-servers.js';

/** What people do while something is away, and what is asked of it. */
export type Step = 'product' | 'order' | 'me' | 'checkout' | 'startPayment' | 'approvePayment';

/**
 * What each step cannot do without, by links: with any of these away it may be answered SERVICE_UNAVAILABLE, and only
 * then. RabbitMQ is in none: it carries what is known already. Redis is in those alone that take units, since whoever
 * only looks is told what PostgreSQL knows.
 */
const READS: Record<'product' | 'order' | 'me', string[]> = {
  product: ['gateway>catalog', 'catalog>postgresql'],
  order: ['gateway>order', 'order>postgresql'],
  me: ['gateway>user', 'user>postgresql'],
};
/** A gateway that does not hear who has signed out lets nobody change anything. */
const CHANGES = ['gateway>user', 'user>postgresql'];
/** Redis that comes back empty or unknown has everything rebuilt, with catalog's help, before it sells. */
const CHECKOUT = [
  ...CHANGES,
  'gateway>order',
  'order>postgresql',
  'order>redis',
  'order>catalog',
  'catalog>postgresql',
];
const PAYS = [...CHANGES, 'gateway>payment', 'payment>postgresql', 'payment>order', 'order>postgresql'];

const NEEDS: Record<Step, string[]> = {
  ...READS,
  checkout: CHECKOUT,
  startPayment: PAYS,
  approvePayment: PAYS,
};

/** Whether a step may fail while these links are away. */
export const mayFail = (step: Step, away: readonly string[]): boolean =>
  NEEDS[step].some((link) => away.includes(link));

/** Links to a server, of every service that has one. */
export const linksTo = (server: Server, names: readonly string[]): string[] =>
  names.filter((name) => name.endsWith(`>${server}`));
