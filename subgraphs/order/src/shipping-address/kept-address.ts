import type { Transaction } from '@stampede/shared/database';
import type { SealedTable, Sealer } from '@stampede/shared/sealing';
import { ShippingAddress } from './shipping-address.js';

const TABLE = 'shipping_address';
const COLUMN = 'address';

/** Whatever order keeps sealed. */
export const SEALED_TABLES: readonly SealedTable[] = [{ name: TABLE, columns: [COLUMN] }];

/** One envelope for the whole address: it is read and erased as a whole. It opens for this order only. */
export const sealAddress = (sealer: Sealer, orderId: string, address: ShippingAddress): Buffer =>
  sealer.seal(JSON.stringify(address), placeOf(orderId));

/** @throws Error, which names the order and nothing of the address, when the envelope does not open. */
export function openAddress(sealer: Sealer, orderId: string, envelope: Buffer): ShippingAddress {
  // What opens is what `sealAddress` wrote: the seal says so.
  return JSON.parse(openText(sealer, orderId, envelope)) as ShippingAddress;
}

function openText(sealer: Sealer, orderId: string, envelope: Buffer): string {
  try {
    return sealer.open(envelope, placeOf(orderId));
  } catch (error) {
    throw new Error(`the address of order ${orderId} does not open`, { cause: error });
  }
}

/** Keeps where an order goes, beside the order that this transaction has placed. */
export const keepAddress = (tx: Transaction, orderId: string, envelope: Buffer): Promise<number> =>
  tx.run(`INSERT INTO ${TABLE} (id, ${COLUMN}) VALUES ($1, $2)`, [orderId, envelope]);

const placeOf = (orderId: string) => ({ table: TABLE, column: COLUMN, row: orderId });
