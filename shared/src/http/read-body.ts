import type { FieldProblem } from '../errors/index.js';
import type { IncomingMessage } from 'node:http';

/** The body is longer than the listener takes. */
export class BodyTooLarge extends Error {
  constructor(readonly limit: number) {
    super(`a body of more than ${limit} bytes`);
    this.name = 'BodyTooLarge';
  }
}

/** The body is compressed. Nothing here unpacks one, so that no few bytes can become many. */
export class BodyEncoded extends Error {
  /** What the client is told. */
  readonly problem: FieldProblem = { path: 'request', message: 'a body is sent without a Content-Encoding.' };

  constructor() {
    super('a body with a Content-Encoding');
    this.name = 'BodyEncoded';
  }
}

/**
 * Reads a request's whole body.
 *
 * @param limit in bytes; a longer body is refused as soon as that is known, and the rest of it is not kept.
 * @throws BodyTooLarge; BodyEncoded; Error when the client went away before the end.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  // By events: an iterator over the stream costs several times as much, and this is on every request's way.
  return new Promise((resolve, reject) => {
    const refuse = () => {
      request.pause();
      reject(new BodyTooLarge(limit));
    };
    if (Number(request.headers['content-length'] ?? 0) > limit) return refuse();
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      request.pause();
      return reject(new BodyEncoded());
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) refuse();
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new Error('the client went away before the end of its request'));
    });
  });
}
