import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { headerFor, NONCE_BYTES, parseEnvelope, SealingError, TAG_BYTES } from './envelope.js';
import { parseKeys, SealingKeysError } from './keys.js';

/** Where a sealed value stands. It opens nowhere else, so that rows cannot be swapped in the database. */
export interface Place {
  table: string;
  column: string;
  /** The row's primary key. */
  row: string;
}

export interface Sealer {
  /** The id of the key that seals. */
  readonly currentKey: string;
  /** The id of the key that sealed it. @throws SealingError when it is no envelope. */
  keyOf(envelope: Buffer): string;
  /**
   * Encrypts with the first key (AES-256-GCM). The envelope: version byte, key id with its length before it,
   * 12 random bytes of nonce, ciphertext, 16 bytes of tag; the place is authenticated additional data.
   * Random nonces bear 2^32 values per key (NIST SP 800-38D, 8.3): rotate before that.
   */
  seal(plaintext: string, place: Place): Buffer;
  /** @throws SealingError when it was tampered with, comes from another place, or its key is not here. */
  open(envelope: Buffer, place: Place): string;
  /**
   * A keyed HMAC-SHA-256, for a column that finds a sealed value by equality. Normalise before: equal bytes
   * give equal indexes, nothing else does. Its key is the entry `index` and does not rotate with the
   * sealing keys: changing it means computing every stored index anew.
   *
   * @throws SealingKeysError when the keys have no such entry.
   */
  blindIndex(value: string): Buffer;
}

/**
 * Opens the keys that seal personal data and providers' tokens.
 *
 * @param keys `id:base64(32 bytes),id2:…`: the first writes, all read, so a new key goes in front. The entry
 * `index:base64(32 bytes)`, anywhere among them, makes blind indexes and seals nothing.
 * @throws SealingKeysError
 */
export function openSealer(keys: string): Sealer {
  const { current, byId, index } = parseKeys(keys);
  const currentHeader = headerFor(current);

  return {
    currentKey: current,
    keyOf: (envelope) => parseEnvelope(envelope).keyId,

    seal(plaintext, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', secretOf(byId, current), nonce, {
        authTagLength: TAG_BYTES,
      });
      cipher.setAAD(additionalData(currentHeader, place));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return Buffer.concat([currentHeader, nonce, ciphertext, cipher.getAuthTag()]);
    },

    open(envelope, place) {
      const { header, keyId, nonce, ciphertext, tag } = parseEnvelope(envelope);
      const decipher = createDecipheriv('aes-256-gcm', secretOf(byId, keyId), nonce, {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(additionalData(header, place)).setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
      } catch (error) {
        throw new SealingError(`${place.table}.${place.column} does not open`, { cause: error });
      }
    },

    blindIndex(value) {
      if (!index) throw new SealingKeysError('there is no entry `index` to make blind indexes with');
      return createHmac('sha256', index).update(value, 'utf8').digest();
    },
  };
}

function secretOf(byId: Map<string, Buffer>, id: string): Buffer {
  const key = byId.get(id);
  if (!key) throw new SealingError(`the sealing key ${id} is not here`);
  return key;
}

// JSON keeps the three apart: ("a", "bc") and ("ab", "c") must not be the same place.
const additionalData = (header: Buffer, { table, column, row }: Place) =>
  Buffer.concat([header, Buffer.from(JSON.stringify([table, column, row]))]);
