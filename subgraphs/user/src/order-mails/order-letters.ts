import type { CircuitBreaker } from '@stampede/shared/circuit-breaker';
import type { ServiceClient } from '@stampede/shared/subgraph';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

const won = z.int().nonnegative();
const letter = z.object({
  buyerId: z.guid(),
  number: z.string(),
  /** As order has it. */
  status: z.string(),
  total: won,
  paid: z.boolean(),
  payBy: z.coerce.date(),
  lines: z.array(
    z.object({
      name: z.string(),
      quantity: z.int(),
      subtotal: won,
      /** Of a ticket; null of goods. */
      usedOn: z.coerce.date().nullable(),
      timeZone: z.string(),
    }),
  ),
  cancelledFor: z.string().nullable(),
  refunds: z.array(z.object({ key: z.string(), amount: won, ofOrder: z.boolean(), done: z.boolean() })),
  delivery: z.object({ carrier: z.string(), trackingNumber: z.string(), revision: z.int() }).nullable(),
});
const answer = z.object({ orderLetter: letter.nullable() });

/** An order as it stands now, as far as a letter speaks of it. Amounts are won. */
export type OrderToTell = z.infer<typeof letter>;

/** Null of an order that is not there. @throws Unavailable when order is away, or was just now. */
export type ReadOrderLetter = (orderId: string) => Promise<OrderToTell | null>;

const QUESTION = `query ($orderId: ID!) { orderLetter(orderId: $orderId) {
  buyerId number status total paid payBy cancelledFor
  lines { name quantity subtotal usedOn timeZone }
  refunds { key amount ofOrder done }
  delivery { carrier trackingNumber revision } } }`;

/** Asks order, once for each mail: hardly ever are two of one order composed within a second. */
export const openOrderLetters =
  (order: Pick<ServiceClient, 'ask'>, breaker: Pick<CircuitBreaker, 'run'>): ReadOrderLetter =>
  async (orderId) =>
    answer.parse(await breaker.run(() => order.ask(QUESTION, { orderId }, randomUUID()))).orderLetter;
