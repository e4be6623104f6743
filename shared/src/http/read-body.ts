import type { IncomingMessage } from 'node:http';

/** The body is longer than the listener takes. */
export class BodyTooLarge extends Error {
  constructor(readonly limit: number) {
    super(`a body of more than ${limit} bytes`);
    this.name = 'BodyTooLarge';
  }
}

/**
 * Reads a request's whole body.
 *
 * @param limit in bytes; a longer body is refused as soon as that is known, and the rest of it is not kept.
 * @throws BodyTooLarge
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new BodyTooLarge(limit);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new BodyTooLarge(limit);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}
