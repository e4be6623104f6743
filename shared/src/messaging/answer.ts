import { IllegalOperationError, type Channel, type ConsumeMessage } from 'amqplib';
import { setImmediate as turn } from 'node:timers/promises';
import { crashPoint, isWatched } from '../crash-points/index.js';
import type { Log } from '../telemetry/index.js';

export interface Delivery {
  log: Log;
  queue: string;
  /** The queue without its namespace. */
  name: string;
  channel: Channel;
  message: ConsumeMessage;
}

/** Says that a delivery is settled: the broker forgets it. */
export async function acknowledge({ name, channel, message, ...delivery }: Delivery): Promise<void> {
  if (isWatched()) await crashPoint(`${name}/ack/before`);
  answer(delivery, () => channel.ack(message));
}

/** Passes the crash point after {@link acknowledge}, which amqplib writes to the socket two turns later. */
export async function passAcknowledged({ name }: Delivery): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await turn();
  await crashPoint(`${name}/ack/after`);
}

/** Gives a delivery back, to be delivered again. */
export function giveBack({ channel, message, ...delivery }: Omit<Delivery, 'name'>): void {
  answer(delivery, () => channel.nack(message, false, true));
}

/** On a channel that has ended the broker delivers it again by itself. */
function answer({ log, queue }: Pick<Delivery, 'log' | 'queue'>, send: () => void): void {
  try {
    send();
  } catch (error) {
    if (!(error instanceof IllegalOperationError)) throw error;
    log.debug({ queue }, 'a channel ended before its delivery was answered; the broker delivers it again');
  }
}
