import { createHash } from 'node:crypto';

/**
 * An order's id, made from its buyer and their idempotency key, so that a repeat names the same order before
 * anything is looked up: a version 8 UUID (RFC 9562 §5.8) of SHA-256.
 */
export function orderIdOf(buyerId: string, idempotencyKey: string): string {
  const bytes = createHash('sha256').update(`order\0${buyerId}\0${idempotencyKey}`).digest().subarray(0, 16);
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x80;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
