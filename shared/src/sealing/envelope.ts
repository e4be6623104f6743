/** An envelope cannot be opened: tampered with, moved to another place, or sealed by a key that is not here. */
export class SealingError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SealingError';
  }
}

const VERSION = 1;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

export interface Envelope {
  /** Version and key id: what the reader needs first. Authenticated, not encrypted. */
  header: Buffer;
  keyId: string;
  nonce: Buffer;
  ciphertext: Buffer;
  tag: Buffer;
}

/** Version byte, length byte, key id. */
export function headerFor(keyId: string): Buffer {
  const id = Buffer.from(keyId, 'ascii');
  return Buffer.concat([Buffer.from([VERSION, id.length]), id]);
}

/** Takes an envelope apart. @throws SealingError when it is not one. */
export function parseEnvelope(bytes: Buffer): Envelope {
  const headerEnd = 2 + (bytes[1] ?? 0);
  const ciphertextStart = headerEnd + NONCE_BYTES;
  const tagStart = bytes.length - TAG_BYTES;
  if (bytes[0] !== VERSION) throw new SealingError('this is not an envelope of a known version');
  if (tagStart < ciphertextStart) throw new SealingError('the envelope is cut off');
  return {
    header: bytes.subarray(0, headerEnd),
    keyId: bytes.toString('ascii', 2, headerEnd),
    nonce: bytes.subarray(headerEnd, ciphertextStart),
    ciphertext: bytes.subarray(ciphertextStart, tagStart),
    tag: bytes.subarray(tagStart),
  };
}
