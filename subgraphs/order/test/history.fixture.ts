import { buildSubgraph } from '@stampede/shared/graphql';
import type { Identity, Role } from '@stampede/shared/identity';
import { openTestDatabase } from '@stampede/shared/testing';
import { graphql } from 'graphql';
import { randomUUID } from 'node:crypto';
import { OrderConnectionResolver } from '../src/history/order-connection.js';
import { openOrderReader } from '../src/history/order-reader.js';
import { OrderResolver } from '../src/history/order.resolver.js';
import { orderNumberOf } from '../src/order-number.js';
import { OrderStatus } from '../src/order-status.js';
import { MIGRATIONS } from './open-orders.js';

export const person = (role: Role, userId: string = randomUUID()) =>
  ({ kind: 'user', userId, role, sessionId: randomUUID() }) as const satisfies Identity;

/** Two buyers, two sellers, and two products of each of these. */
export const BUYERS = [randomUUID(), randomUUID()] as const;
export const SELLERS = [randomUUID(), randomUUID()] as const;
export const PRODUCTS = SELLERS.flatMap((seller) => [1, 2].map(() => ({ id: randomUUID(), seller })));
export const STATUSES = [OrderStatus.PENDING_PAYMENT, OrderStatus.CONFIRMED, OrderStatus.DELIVERED] as const;

export interface Placed {
  id: string;
  number: string;
  buyer: string;
  status: OrderStatus;
  placedAt: Date;
  /** By their place among {@link PRODUCTS}. */
  products: number[];
}

export interface Listed {
  cursor: string;
  node: { id: string; lines?: { productId: string }[] };
}
export interface Page {
  edges: Listed[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
  totalCount?: number;
}

/** Order's lists on their own tables, and what was asked of these. */
export async function openHistory() {
  const test = await openTestDatabase('order', MIGRATIONS);
  const { database } = test;
  const statements: string[] = [];
  const reader = openOrderReader({
    ...database,
    query: (text, values, options) => {
      statements.push(text);
      return database.query(text, values, options);
    },
  });
  const { schema } = await buildSubgraph({
    resolvers: [new OrderResolver(reader), new OrderConnectionResolver()],
  });

  async function ask(identity: Identity, source: string, variableValues: Record<string, unknown> = {}) {
    const contextValue = { identity, requestId: 'test' };
    const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
    return { page: data?.orders as Page, error: errors?.[0]?.extensions };
  }

  return {
    database,
    reader,
    statements,
    ask,
    /** Writes an order and its lines, as of `placedAt`. */
    place: async ({ buyer = 0, status = STATUSES[0], products = [0], placedAt = new Date() }: New = {}) => {
      const id = randomUUID();
      const [row] = await database.query<{ number: number }>(
        `INSERT INTO orders (id, buyer_id, digest, status, total, pay_by, placed_at)
         VALUES ($1, $2, 'digest', $3, 1000, now(), $4) RETURNING number`,
        [id, BUYERS[buyer], status, placedAt],
      );
      for (const product of products) await placeLine(id, product, placedAt);
      const number = orderNumberOf(row!.number);
      return { id, number, buyer: BUYERS[buyer]!, status, placedAt, products } satisfies Placed;
    },
    /** All pages, one after the other. @returns ids */
    lists: async (identity: Identity, args: object, first = 7): Promise<string[]> => {
      const ids: string[] = [];
      let after: string | null = null;
      do {
        const answer = await ask(identity, LIST, { ...args, first, after });
        if (answer.error) throw new Error(JSON.stringify(answer.error));
        const { edges, pageInfo }: Page = answer.page;
        ids.push(...edges.map(({ node }) => node.id));
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null);
      return ids;
    },
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  };

  async function placeLine(orderId: string, product: number, placedAt: Date): Promise<void> {
    const { id, seller } = PRODUCTS[product]!;
    await database.run(`INSERT INTO hold VALUES ($1, 1, (SELECT count(*) FROM hold), $2, 'PLACED')`, [
      id,
      orderId,
    ]);
    await database.run(
      `INSERT INTO order_line VALUES ($1, $2, 1, 1000, 'Test sneaker', $3, '{"usedOn": null, "tiers": []}', $4)`,
      [orderId, id, seller, placedAt],
    );
  }
}

interface New {
  buyer?: number;
  status?: OrderStatus;
  products?: number[];
  placedAt?: Date;
}

export const LIST = `query ($scope: OrderScope, $filter: OrderFilter, $first: Int, $after: String) {
  orders(scope: $scope, filter: $filter, first: $first, after: $after) {
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;

export type History = Awaited<ReturnType<typeof openHistory>>;
