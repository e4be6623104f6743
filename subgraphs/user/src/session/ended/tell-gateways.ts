import { respond, type Route } from '@stampede/shared/http';
import {
  ENDED_SESSIONS_BODY,
  ENDED_SESSIONS_PATH,
  IDENTITY_HEADER,
  verifyIdentity,
  writeEndedSessions,
} from '@stampede/shared/identity';
import type { Log } from '@stampede/shared/telemetry';
import { once } from 'node:events';
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

/** How long a gateway may take to read what was written, while it loads. */
const DRAIN_MS = 10_000;
const STREAM_HEADERS = {
  'content-type': 'application/x-ndjson',
  'cache-control': 'no-store',
  // A proxy that collects an answer before it passes it on would make silence of it.
  'x-accel-buffering': 'no',
};

/**
 * Serves gateways, and nobody else, the sessions that have ended: those that still matter, then each as it ends, and
 * a beat, so that silence is noticed. A line says how old what it knows is.
 */
export function tellGateways({ ended, identitySecret, log }: TellGatewaysOptions) {
  const streams = new Set<ServerResponse>();
  /** Those that have not been told of all, and what each has still to hear. */
  const loading = new Map<ServerResponse, string[]>();
  let closing = false;

  function tell(ids: string[]): void {
    for (const rest of loading.values()) for (const id of ids) rest.push(id);
    if (streams.size === 0) return;
    const lines = linesOf(ids);
    for (const stream of streams) for (const line of lines) write(stream, line);
  }

  /** Each short enough for a gateway to take; one when there is nothing. */
  function linesOf(ids: string[]): string[] {
    const lines: string[] = [];
    for (let from = 0; from === 0 || from < ids.length; from += IDS_A_LINE) {
      const isLast = from + IDS_A_LINE >= ids.length;
      lines.push(lineOf(ids.slice(from, from + IDS_A_LINE), isLast));
    }
    return lines;
  }

  const lineOf = (ids: string[], whole: boolean) =>
    writeEndedSessions({ ended: ids, whole, ageMs: Math.round(ended.ageMs() ?? 0) });

  function write(stream: ServerResponse, line: string): void {
    if (stream.writableLength > MOST_UNREAD) stream.destroy();
    else stream.write(line);
  }

  async function begin(stream: ServerResponse): Promise<void> {
    stream.writeHead(200, STREAM_HEADERS);
    stream.on('close', () => {
      streams.delete(stream);
      loading.delete(stream);
    });
    const rest = ended.ids();
    loading.set(stream, rest);
    // As fast as it is read: after a sale there may be more than a gateway may leave unread.
    for (let from = 0; from < rest.length;) {
      const ids = rest.slice(from, from + IDS_A_LINE);
      from += ids.length;
      if (!stream.write(lineOf(ids, false)) && !(await isDrained(stream))) return void stream.destroy();
      if (!loading.has(stream)) return;
    }
    loading.delete(stream);
    write(stream, lineOf([], true));
    streams.add(stream);
  }

  const route: Route = (request, response) => {
    if (!isGateway(request, identitySecret)) {
      log.warn('refused to tell of ended sessions: no gateway signed the request');
      return respond(response, 401, 'This address serves the gateway only.\n');
    }
    if (closing || ended.ageMs() === undefined) {
      return respond(response, 503, 'Not now.\n', { connection: 'close' });
    }
    return begin(response);
  };

  ended.listen(tell);
  const beat = setInterval(() => tell([]), BEAT_MS).unref();
  return {
    routes: { [ENDED_SESSIONS_PATH]: route },
    /** Sends every gateway to another replica: the server's own end would wait for them. */
    close: (): Promise<void> => {
      closing = true;
      clearInterval(beat);
      for (const stream of [...streams, ...loading.keys()]) stream.end();
      // What still ends is told by another replica.
      streams.clear();
      loading.clear();
      return Promise.resolve();
    },
  };
}

/** Whether all that was written has gone out in time; false for a stream that was closed. */
function isDrained(stream: ServerResponse): Promise<boolean> {
  return once(stream, 'drain', { signal: AbortSignal.timeout(DRAIN_MS) }).then(
    () => true,
    () => false,
  );
}

function isGateway({ headers }: IncomingMessage, identitySecret: string): boolean {
  const header = headers[IDENTITY_HEADER];
  if (typeof header !== 'string') return false;
  const signed = verifyIdentity(identitySecret, 'user', header, ENDED_SESSIONS_BODY);
  return signed.ok && signed.identity.kind === 'service' && signed.identity.service === 'gateway';
}
