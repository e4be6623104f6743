import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { DEADLINE_HEADER } from './deadline.js';
import type { Lane } from './lane.js';
import type { Replica } from './replica.js';

export interface HttpAnswer {
  status: number;
  text: string;
  headers: IncomingHttpHeaders;
}

export interface Question {
  /** Taken over: the deadline is added. */
  headers: Record<string, string>;
  body: string;
  /** Whether it may be sent again when it is not known what became of it. */
  mayRepeat: boolean;
}

/** What a call needs of the exchange that it belongs to. */
export interface CallOwner {
  method: 'GET' | 'POST';
  path: string;
  /** A place is free. */
  ended(): void;
  /** Sends it to an address that it has not tried; false when there is none. */
  again(call: Call, reason: 'unsent' | 'lost' | 'status'): boolean;
  /** Nobody waits for it any more. */
  gaveUp(call: Call): void;
}

/** Who did not answer for so long counts as silent; of a caller in a greater hurry it says nothing. */
const SILENT_MS = 1_000;

/**
 * One request, from its turn to its answer. This is the hot path: the object is undici's handler itself (`dispatch`,
 * not `request`: streams and signals are half of the cost).
 *
 * undici calls `onRequestStart` before it writes the first byte of a request, and fails a request that it has not
 * called it for when no connection could be made. So without that call nothing was sent, and nothing executed: any request
 * may go to another address. With it, whatever came after (a reset, a closed socket) proves nothing.
 */
export class Call implements Dispatcher.DispatchHandler {
  /** Undefined until it has failed somewhere. */
  tried: Replica[] | undefined;
  private lane: Lane | undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private timer: NodeJS.Timeout | undefined;
  private deadlineMs = 0;
  private calledAt = 0;
  private sentAt = 0;
  private repeated = false;
  private failure: Error | undefined;
  private late: Error | undefined;
  private status = 0;
  private received: IncomingHttpHeaders = {};
  private chunks: Buffer[] = [];

  constructor(
    private readonly owner: CallOwner,
    private readonly question: Question,
    private readonly resolve: (answer: HttpAnswer) => void,
    private readonly reject: (reason: Error) => void,
  ) {}

  /** Starts its clock. */
  within(ms: number): void {
    this.deadlineMs = ms;
    this.calledAt = performance.now();
    this.timer = setTimeout(giveUp, ms, this);
  }

  /** Goes to this address. */
  begin(lane: Lane): void {
    const { method, path } = this.owner;
    const { headers, body } = this.question;
    this.lane = lane;
    lane.busy += 1;
    lane.replica.breaker.began();
    this.controller = undefined;
    this.sentAt = performance.now();
    const left = this.deadlineMs - (this.sentAt - this.calledAt);
    headers[DEADLINE_HEADER] = String(Math.max(1, Math.round(left)));
    lane.pool.dispatch({ method, path, headers, body: method === 'GET' ? null : body }, this);
  }

  /** There is nobody else to ask. */
  fail(): void {
    clearTimeout(this.timer);
    this.reject(this.failure ?? new Error('there is no address'));
  }

  giveUp(): void {
    this.late = new Error(`no answer within ${Math.round(this.deadlineMs)} ms`);
    this.reject(this.late);
    this.owner.gaveUp(this);
    this.controller?.abort(this.late);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // Its deadline has ended while a connection was made for it.
    if (this.late) controller.abort(this.late);
  }

  onResponseStart(_: Dispatcher.DispatchController, statusCode: number, headers: IncomingHttpHeaders): void {
    this.status = statusCode;
    this.received = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    const { status } = this;
    const lane = this.leave();
    // One that says when to come again is there, and has more to do than it can: another address is no better, and
    // to leave this one out would only give the others its share, too.
    const isAway = status === 502 || (status === 503 && this.received['retry-after'] === undefined);
    if (isAway) lane.replica.breaker.failed(false);
    else lane.replica.breaker.answered();
    if (!(isAway && this.question.mayRepeat && this.elsewhere(lane, 'status'))) this.answer();
    this.owner.ended();
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: Error): void {
    const lane = this.leave();
    const wasSent = this.controller !== undefined;
    if (!this.late) {
      lane.replica.breaker.failed(!wasSent);
      this.failure = error;
      const mayGo = wasSent ? this.question.mayRepeat : true;
      if (!mayGo || !this.elsewhere(lane, wasSent ? 'lost' : 'unsent')) this.fail();
    } else if (performance.now() - this.sentAt >= SILENT_MS) lane.replica.breaker.failed(!wasSent);
    this.owner.ended();
  }

  private leave(): Lane {
    const lane = this.lane as Lane;
    this.lane = undefined;
    lane.busy -= 1;
    return lane;
  }

  private answer(): void {
    clearTimeout(this.timer);
    this.resolve({ status: this.status, text: textOf(this.chunks), headers: this.received });
  }

  /** What was sent is sent once more, at most; what was not may try every address. */
  private elsewhere({ replica }: Lane, reason: 'unsent' | 'lost' | 'status'): boolean {
    if (reason !== 'unsent' && this.repeated) return false;
    this.repeated ||= reason !== 'unsent';
    (this.tried ??= []).push(replica);
    const { chunks } = this;
    this.chunks = [];
    if (this.owner.again(this, reason)) return true;
    this.chunks = chunks;
    return false;
  }
}

const giveUp = (call: Call) => call.giveUp();

const textOf = (chunks: Buffer[]) =>
  chunks.length === 1 && chunks[0] ? chunks[0].toString() : Buffer.concat(chunks).toString();
