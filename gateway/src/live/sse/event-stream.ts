import type { ServerResponse } from 'node:http';
import { around, MOST_UNREAD, type Frame } from '../frame.js';
import type { TransportMetrics } from '../live-metrics.js';
import type { Viewer } from '../sharing/deliver.js';

export interface EventStream extends Viewer {
  /** The stream breaks off unfinished, which clients take as a reason to come again. */
  breakOff(): void;
}

export interface EventStreamOptions {
  /** Milliseconds from one sign of life to the next; a client that has not taken the last is cut off. */
  heartbeatMs: number;
  metrics: TransportMetrics;
  /** The client is cut off: it is silent, or reads too little. */
  onRefused: (reason: 'silent' | 'unread') => void;
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // Proxies that gather answers before they pass them on (nginx) do not do so with these.
  'x-accel-buffering': 'no',
};

/** Writes one operation's answers as server-sent events, the distinct connections mode of GraphQL over SSE. */
export function openEventStream(response: ServerResponse, options: EventStreamOptions): EventStream {
  const { heartbeatMs, metrics, onRefused } = options;
  let taken = true;
  response.writeHead(200, HEADERS);
  write(BEAT);
  const timer = setInterval(() => {
    if (!taken) return cutOff('silent');
    taken = false;
    write(BEAT, () => (taken = true));
  }, heartbeatMs);
  response.on('close', () => clearInterval(timer));

  const next = (payload: Buffer, taken?: () => void) => write(around(NEXT, payload, END), taken);
  const complete = () => {
    write(COMPLETE);
    response.end();
  };

  function cutOff(reason: 'silent' | 'unread'): void {
    clearInterval(timer);
    onRefused(reason);
    response.destroy();
  }

  function write(frame: Frame, written?: () => void): void {
    if (response.destroyed || response.writableEnded) return;
    if (response.writableLength > MOST_UNREAD) return cutOff('unread');
    metrics.frames.inc();
    frame.forEach((part, index) => {
      metrics.bytes.inc(part.length);
      if (index < frame.length - 1) response.write(part);
      // A response that fails closes, and its owner is told so.
      else response.write(part, (error) => !error && written?.());
    });
  }

  return {
    next,
    error: (errors) => {
      next(Buffer.concat([ERRORS, errors, AFTER_ERRORS]));
      complete();
    },
    complete,
    breakOff: () => void response.end(),
  };
}

const BEAT = [Buffer.from(':\n\n')];
const NEXT = Buffer.from('event: next\ndata: ');
const END = Buffer.from('\n\n');
const COMPLETE = [Buffer.from('event: complete\ndata:\n\n')];
const ERRORS = Buffer.from('{"errors":');
const AFTER_ERRORS = Buffer.from('}');
