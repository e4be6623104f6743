import type { Database } from '@stampede/shared/database';
import type { Identity } from '@stampede/shared/identity';
import type { Sealer } from '@stampede/shared/sealing';
import DataLoader from 'dataloader';
import { IS_GOODS_SQL } from '../delivery/goods.js';
import { OrderStatus } from '../order-status.js';
import type { Order } from '../order.entity.js';
import { openAddress } from './kept-address.js';
import type { ShippingAddress } from './shipping-address.js';

interface KeptRow {
  id: string;
  address: Buffer;
  /** Sellers of the order's goods: they send the parcel. Who sold a ticket only sends nothing. */
  senders: string[];
}

/** A sender has no use for the address of what is not paid, or is not sent (any more). */
const SENT_IN = [OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.SHIPPED, OrderStatus.DELIVERED];

export type AddressReader = ReturnType<typeof openAddressReader>;

/** Reads where orders go; what is asked for in one tick is read in one statement. */
export function openAddressReader(database: Database, sealer: Sealer) {
  const kept = new DataLoader<string, KeptRow | undefined>(
    async (ids) => {
      const rows = await database.query<KeptRow>(
        `SELECT id, address, ARRAY(SELECT seller_id::text FROM order_line
             WHERE order_id = shipping_address.id AND ${IS_GOODS_SQL}) AS senders
           FROM shipping_address WHERE id = ANY($1)`,
        [ids],
      );
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id));
    },
    { cache: false, maxBatchSize: 500 },
  );

  return {
    /**
     * Where an order goes, for those who may see it: its buyer, an OPERATOR, and a SELLER of goods in it once these are
     * to be sent; null to everybody else, and when there is no address (any more).
     *
     * @throws Error when it does not open: that is not the same as none, and the one field fails.
     */
    shownTo: async (viewer: Identity, order: Order): Promise<ShippingAddress | null> => {
      if (viewer.kind !== 'user') return null;
      const sees = viewer.role === 'OPERATOR' || viewer.userId === order.buyer.id;
      const maySend = viewer.role === 'SELLER' && SENT_IN.includes(order.status);
      if (!sees && !maySend) return null;
      const row = await kept.load(order.id);
      if (!row || (!sees && !row.senders.includes(viewer.userId))) return null;
      return openAddress(sealer, order.id, row.address);
    },
  };
}
