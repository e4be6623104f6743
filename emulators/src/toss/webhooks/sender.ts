import { korean } from '../payment-object.js';
import type { Transmission } from './transmissions.js';

/** Toss Payments waits so long for the 200. */
const ANSWER_WITHIN_MS = 10_000;
const MAX_RESENDS = 7;
const MAX_IN_FLIGHT = 16;
/** What is more is lost, as webhooks may be. */
const MAX_WAITING = 20_000;

export interface SenderParts {
  url: string;
  /** Before the first resend; each later one waits four times as long as the one before. */
  retryMs: number;
  now: () => Date;
}

/** Tells a shop what happened, until it answers 200: eight times at most, in no certain order, a few at once. */
export class Sender {
  readonly #waiting: Transmission[] = [];
  readonly #inFlight = new Set<Promise<void>>();
  readonly #resends = new Set<NodeJS.Timeout>();
  readonly #closing = new AbortController();

  constructor(private readonly parts: SenderParts) {}

  enqueue(transmission: Transmission): void {
    if (this.#closing.signal.aborted || this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push(transmission);
    this.#pump();
  }

  /** Tries once. @returns the HTTP status of the answer, or null if there was none in time; never rejects */
  async send(transmission: Transmission): Promise<number | null> {
    const retriedCount = transmission.attempts;
    transmission.attempts += 1;
    transmission.answered = await this.#post(transmission, retriedCount);
    return transmission.answered;
  }

  /** Ends with what is in flight given up. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#waiting.length = 0;
    for (const timer of this.#resends) clearTimeout(timer);
    await Promise.all(this.#inFlight);
  }

  #pump(): void {
    while (this.#inFlight.size < MAX_IN_FLIGHT) {
      const next = this.#waiting.shift();
      if (!next) return;
      const delivery = this.#deliver(next).finally(() => {
        this.#inFlight.delete(delivery);
        this.#pump();
      });
      this.#inFlight.add(delivery);
    }
  }

  async #deliver(transmission: Transmission): Promise<void> {
    if ((await this.send(transmission)) === 200) return;
    const resends = transmission.attempts - 1;
    if (resends >= MAX_RESENDS || this.#closing.signal.aborted) return;
    const timer = setTimeout(
      () => {
        this.#resends.delete(timer);
        this.enqueue(transmission);
      },
      this.parts.retryMs * 4 ** resends,
    ).unref();
    this.#resends.add(timer);
  }

  async #post({ id, body }: Transmission, retriedCount: number): Promise<number | null> {
    try {
      const response = await fetch(this.parts.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'tosspayments-webhook-transmission-id': id,
          'tosspayments-webhook-transmission-time': korean(this.parts.now()),
          'tosspayments-webhook-transmission-retried-count': String(retriedCount),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      // The shop is away, or slow: what a resend is for.
      return null;
    }
  }
}
