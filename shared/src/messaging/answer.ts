import { IllegalOperationError } from 'amqplib';
import type { Log } from '../telemetry/index.js';

/** Acknowledges a delivery or gives it back; on a channel that has ended the broker delivers it again by itself. */
export function answer(log: Log, queue: string, send: () => void): void {
  try {
    send();
  } catch (error) {
    if (!(error instanceof IllegalOperationError)) throw error;
    log.debug({ queue }, 'a channel ended before its delivery was answered; the broker delivers it again');
  }
}
