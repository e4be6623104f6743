import type { Server, ServerResponse } from 'node:http';

/** How long a client may take, each in milliseconds. */
export interface Timeouts {
  /** For a request's headers, from the beginning of the connection or of the last answer's end. */
  headersMs: number;
  /** For the whole request, however steadily it trickles in. */
  requestMs: number;
  /** Until the next request of a connection that is kept: longer than a load balancer in front keeps it. */
  keepAliveMs: number;
  /** To take an answer, from when all of it was written. */
  answerMs: number;
}

export const USUAL_TIMEOUTS: Timeouts = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000,
  answerMs: 30_000,
};

/** How late a timeout of a request may be noticed: Node looks for them all together, and each 30 s unless told. */
export const LOOK_EVERY_MS = 1_000;

/** Sets what Node itself watches over. */
export function setTimeouts(server: Server, { headersMs, requestMs, keepAliveMs }: Timeouts): void {
  server.headersTimeout = Math.min(headersMs, requestMs);
  server.requestTimeout = requestMs;
  server.keepAliveTimeout = keepAliveMs;
  // Node would leave out those beyond 2,000 without a word, what a proxy appends first; 16 kB bound them.
  server.maxHeadersCount = 0;
}

/**
 * Cuts a client off that has not taken an answer in time: it would keep its memory for ever. To be called when its
 * route is done; nearly always all of it has gone to the system by then, and nothing is begun.
 */
export function cutUntaken(response: ServerResponse, answerMs: number): void {
  if (!response.writableEnded || response.writableFinished || response.destroyed) return;
  const timer = setTimeout(() => response.req.socket.destroy(), answerMs);
  response.once('close', () => clearTimeout(timer));
}
