import type { Duplex } from 'node:stream';

/** By Node's code: what a client did, and how it is told. Anything else is no HTTP/1.1 (RFC 9112). */
const REFUSALS: Record<string, [status: string, message: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the address and the headers are too long.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['413 Content Too Large', 'the extensions of a chunk are too long.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'it did not come in time.'],
};
const NO_HTTP: [string, string] = ['400 Bad Request', 'it is not understood as HTTP/1.1.'];

/**
 * Answers what Node's parser refused, which no route has seen, and ends the connection: where the next request would
 * begin, nobody can say (RFC 9112, section 11.2, request smuggling).
 */
export function answerBadRequest(
  code: string | undefined,
  socket: Duplex,
  headers: Readonly<Record<string, string>>,
): void {
  // An answer that was begun cannot be taken back; Node itself looks at this, too.
  const { _httpMessage: begun } = socket as Duplex & { _httpMessage?: { headersSent: boolean } | null };
  if (code === 'ECONNRESET' || !socket.writable || begun?.headersSent) {
    socket.destroy();
    return;
  }
  const [status, message] = REFUSALS[code ?? ''] ?? NO_HTTP;
  const problem = { path: 'request', message };
  const body = JSON.stringify({
    errors: [{ message: `request: ${message}`, extensions: { code: 'BAD_USER_INPUT', fields: [problem] } }],
  });
  const lines = Object.entries({
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`);
}
