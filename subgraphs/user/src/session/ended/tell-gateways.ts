import { respond, type Route } from '@stampede/shared/http';
import {
  ENDED_SESSIONS_BODY,
  ENDED_SESSIONS_PATH,
  IDENTITY_HEADER,
  verifyIdentity,
  writeEndedSessions,
} from '@stampede/shared/identity';
import type { Log } from '@stampede/shared/telemetry';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RecentlyEnded } from './recently-ended.js';

export interface TellGatewaysOptions {
  ended: Pick<RecentlyEnded, 'ids' | 'ageMs' | 'listen'>;
  identitySecret: string;
  log: Log;
}

/** Several in the second after which a gateway takes silence for an outage. */
const BEAT_MS = 200;
const IDS_A_LINE = 1_000;
/** Bytes that a gateway has not read, after which it is cut off, and comes again. */
const MOST_UNREAD = 16 * 1024 * 1024;

/**
 * Serves gateways, and nobody else, the sessions that have ended: those that still matter, then each as it ends, and
 * a beat, so that silence is noticed. A line says how old what it knows is.
 */
export function tellGateways({ ended, identitySecret, log }: TellGatewaysOptions) {
  const streams = new Set<ServerResponse>();
  let closing = false;

  function tell(ids: string[]): void {
    if (streams.size === 0) return;
    const line = lineOf(ids, true);
    for (const stream of streams) write(stream, line);
  }

  const lineOf = (ids: string[], whole: boolean) =>
    writeEndedSessions({ ended: ids, whole, ageMs: Math.round(ended.ageMs() ?? 0) });

  function write(stream: ServerResponse, line: string): void {
    if (stream.writableLength > MOST_UNREAD) stream.destroy();
    else stream.write(line);
  }

  function begin(stream: ServerResponse): void {
    stream.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    const ids = ended.ids();
    for (let from = 0; from < ids.length; from += IDS_A_LINE) {
      write(stream, lineOf(ids.slice(from, from + IDS_A_LINE), false));
    }
    write(stream, lineOf([], true));
    streams.add(stream);
    stream.on('close', () => streams.delete(stream));
  }

  const route: Route = (request, response) => {
    if (!isGateway(request, identitySecret)) {
      log.warn('refused to tell of ended sessions: no gateway signed the request');
      return respond(response, 401, 'This address serves the gateway only.\n');
    }
    if (closing || ended.ageMs() === undefined) {
      return respond(response, 503, 'Not now.\n', { connection: 'close' });
    }
    begin(response);
  };

  ended.listen(tell);
  const beat = setInterval(() => tell([]), BEAT_MS).unref();
  return {
    routes: { [ENDED_SESSIONS_PATH]: route },
    /** Sends every gateway to another replica: the server's own end would wait for them. */
    close: (): Promise<void> => {
      closing = true;
      clearInterval(beat);
      for (const stream of streams) stream.end();
      return Promise.resolve();
    },
  };
}

function isGateway({ headers }: IncomingMessage, identitySecret: string): boolean {
  const header = headers[IDENTITY_HEADER];
  if (typeof header !== 'string') return false;
  const signed = verifyIdentity(identitySecret, 'user', header, ENDED_SESSIONS_BODY);
  return signed.ok && signed.identity.kind === 'service' && signed.identity.service === 'gateway';
}
