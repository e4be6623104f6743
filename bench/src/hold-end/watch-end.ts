import type { Buyer } from '@stampede/shared/testing';
import { openLiveSocket, type LiveSocket } from './live-socket.js';

/** An unpaid order, and whose. */
export interface HeldOrder {
  id: string;
  buyer: Buyer;
}

/** What buyers and a viewer see of the end of many holds; times are milliseconds since 1970, by this machine's clock. */
export interface WatchedEnd {
  /** The orders that their buyers have seen at all. */
  followed(): number;
  /** When each order's buyer saw it EXPIRED first. */
  expiredAt: Map<string, number>;
  /** What a viewer of the product was shown, in order. */
  shown: { available: number; at: number }[];
  problems: string[];
  close(): void;
}

const FOLLOW = 'subscription ($id: ID!) { orderChanged(id: $id) { id status } }';
const WATCH = 'subscription ($ids: [ID!]!) { stockChanged(productIds: $ids) { stock { available } } }';

/** Each order's buyer follows it, on one socket for all that are theirs, and somebody who is not signed in watches the product. */
export async function watchEnd(gateway: URL, productId: string, orders: HeldOrder[]): Promise<WatchedEnd> {
  const expiredAt = new Map<string, number>();
  const seen = new Set<string>();
  const shown: WatchedEnd['shown'] = [];
  const problems: string[] = [];
  const sockets: LiveSocket[] = [];
  const open = async (token?: string) => {
    const socket = await openLiveSocket(gateway, token, (problem) => problems.push(problem));
    sockets.push(socket);
    return socket;
  };
  const onOrder = (data: unknown, at: number) => {
    const { id, status } = (data as { orderChanged: { id: string; status: string } }).orderChanged;
    seen.add(id);
    if (status === 'EXPIRED' && !expiredAt.has(id)) expiredAt.set(id, at);
  };
  const onStock = (data: unknown, at: number) => {
    const { available } = (data as { stockChanged: { stock: { available: number } } }).stockChanged.stock;
    shown.push({ available, at });
  };
  (await open()).subscribe(WATCH, { ids: [productId] }, onStock);
  for (const buyer of new Set(orders.map((order) => order.buyer))) {
    const socket = await open(buyer.account.accessToken);
    for (const order of orders) {
      if (order.buyer === buyer) socket.subscribe(FOLLOW, { id: order.id }, onOrder);
    }
  }
  return {
    followed: () => seen.size,
    expiredAt,
    shown,
    problems,
    close: () => sockets.forEach((socket) => socket.close()),
  };
}
