import { BodyEncoded, BodyTooLarge, readBody } from '@stampede/shared/http';
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';

/** Why a body is not read as JSON. */
export class NotJson {
  constructor(
    readonly status: 400 | 415,
    readonly message: string,
  ) {}

  /** Of the answer: what is refused by its type alone is not read, and ends the connection. */
  get headers(): Record<string, string> {
    return this.status === 415 ? { connection: 'close' } : {};
  }
}

const JSON_TYPE = /^application\/json[ \t]*(;|$)/i;
const CHARSET = /;[ \t]*charset[ \t]*=[ \t]*("?)([^";\t ]*)\1/gi;
const UTF_8 = /^utf-?8$/i;

/**
 * Reads a body as JSON, which is UTF-8 between systems (RFC 8259, section 8.1): nothing else is decoded here, so that
 * no encoding of a client's choice decides what a body says or costs (CVE-2026-23897).
 *
 * @param limit in bytes.
 * @param onRefused is told the code under which the listener will refuse a body that is not read at all.
 * @returns what it says; {@link NotJson}; or undefined when it was sent as something else, which pages of other sites
 *   can do without asking the browser first. @throws BodyTooLarge, BodyEncoded
 */
export async function readJson(
  request: IncomingMessage,
  limit: number,
  onRefused: (code: string) => void,
): Promise<unknown> {
  const type = request.headers['content-type'] ?? '';
  const isJson = type === 'application/json' || JSON_TYPE.test(type);
  if (isJson && type.length > 'application/json'.length && !isInUtf8(type)) {
    return new NotJson(415, 'the body has to be UTF-8.');
  }
  try {
    const body = await readBody(request, limit);
    if (!isJson) return undefined;
    return isUtf8(body) ? JSON.parse(body.toString()) : new NotJson(400, 'the body is not UTF-8.');
  } catch (error) {
    if (error instanceof SyntaxError) return new NotJson(400, 'the body is not JSON.');
    if (error instanceof BodyTooLarge) onRefused('PAYLOAD_TOO_LARGE');
    if (error instanceof BodyEncoded) onRefused('BAD_USER_INPUT');
    throw error;
  }
}

const isInUtf8 = (type: string): boolean =>
  [...type.matchAll(CHARSET)].every(([, , charset = '']) => UTF_8.test(charset));
