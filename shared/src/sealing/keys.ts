import { hkdfSync } from 'node:crypto';

/** The text of the keys is not usable; the message never repeats any of it but a key's id. */
export class SealingKeysError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SealingKeysError';
  }
}

export interface SealingKeys {
  /** The id of the key that seals from now on. */
  current: string;
  /** By id; all of them open. */
  byId: Map<string, Buffer>;
  /** Makes blind indexes; absent where the text has no entry `index`. */
  index: Buffer | undefined;
}

/** The entry that makes blind indexes, and never seals. */
const INDEX = 'index';
const ENTRY = /^(?<id>[A-Za-z0-9._-]{1,64}):(?<key>[A-Za-z0-9+/_-]{43}=?)$/;

/** Reads `id:base64(32 bytes),id2:…,index:…`; base64url is read as well. @throws SealingKeysError */
export function parseKeys(text: string): SealingKeys {
  const byId = new Map<string, Buffer>();
  for (const [position, entry] of text.split(',').entries()) {
    const { id, key } = ENTRY.exec(entry.trim())?.groups ?? {};
    if (!id || !key) throw new SealingKeysError(`entry ${position + 1} is not ID:BASE64 of 32 bytes`);
    if (byId.has(id)) throw new SealingKeysError(`the key id ${id} stands twice`);
    byId.set(id, Buffer.from(key, 'base64'));
  }
  const indexSecret = byId.get(INDEX);
  byId.delete(INDEX);
  const [current] = byId.keys();
  if (current === undefined) throw new SealingKeysError('there is no key to seal with');
  return { current, byId, index: indexSecret && derive(indexSecret, 'stampede blind index') };
}

// A key per purpose (RFC 5869): whatever else is once derived from the same entry tells nothing about this one.
const derive = (secret: Buffer, purpose: string) =>
  Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), purpose, 32));
