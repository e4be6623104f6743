import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { tooMany } from '../client-errors.js';
import type { Admitted, Visitor } from '../crowd.js';
import type { Frame } from '../frame.js';
import type { TransportMetrics } from '../live-metrics.js';
import type { Asker, Operate, Operation } from '../operate.js';
import type { OperationRequest } from '../planning/index.js';
import type { Viewer } from '../sharing/deliver.js';
import { complete, framesOf } from './messages.js';
import type { Outlet } from './outlet.js';

export interface Operations {
  has(id: string): boolean;
  /** Beyond the limit it is refused by an error message; the others are none the worse. */
  begin(id: string, request: OperationRequest, asker: Asker): void;
  /** Answers one that is not begun. */
  refuse(id: string, error: GraphQLFormattedError): void;
  /** The client has lost interest. */
  end(id: string): void;
  /** Ends what would go on for ever, and calls back when what is in flight has been answered. */
  drain(then: () => void): void;
  close(): void;
}

export interface OperationsOptions {
  send: Outlet;
  operate: Operate;
  visitor: Pick<Visitor, 'begins'>;
  /** Operations at a time. */
  limit: number;
  metrics: TransportMetrics;
}

type Entry = Admitted & Pick<Operation, 'stop'> & Partial<Operation> & { answered?: boolean };

/**
 * The operations of one socket. One counts until its last frame is written: who does not read begins no more. A query
 * or a mutation that its client has ended is executed all the same, and counts until it has been.
 */
export function openOperations(options: OperationsOptions): Operations {
  const { send, operate, visitor, limit, metrics } = options;
  const entries = new Map<string, Entry>();
  const abandoned = new Set<Entry>();
  let drained: (() => void) | undefined;

  function remove(id: string, entry: Entry): void {
    if (entries.get(id) !== entry) return;
    entries.delete(id);
    if (entry.subscribes) metrics.subscriptions.dec();
    entry.stop();
    entry.ends();
    if (entries.size === 0) drained?.();
  }

  function viewerOf(id: string, entry: Entry): Viewer {
    const frames = framesOf(id);
    const isOver = () => entries.get(id) !== entry;
    const last = (frame: Frame) => {
      entry.answered = true;
      abandoned.delete(entry);
      if (!isOver()) send(frame, () => remove(id, entry));
    };
    return {
      next: (payload, taken) => {
        if (!isOver()) send(frames.next(payload), taken);
      },
      error: (errors) => last(frames.error(errors)),
      complete: () => last(complete(id)),
    };
  }

  const refuse = (id: string, error: GraphQLFormattedError) =>
    send(framesOf(id).error(Buffer.from(JSON.stringify([error]))));

  return {
    refuse,
    has: (id) => entries.has(id),
    begin: (id, request, asker) => {
      if (entries.size + abandoned.size >= limit) {
        refuse(id, tooMany(limit));
        return;
      }
      const admitted = visitor.begins(request);
      if (admitted instanceof GraphQLError) {
        refuse(id, admitted.toJSON());
        return;
      }
      const entry: Entry = { ...admitted, stop: () => undefined };
      entries.set(id, entry);
      const operation = operate(request, asker, viewerOf(id, entry));
      if (operation.subscribes) metrics.subscriptions.inc();
      Object.assign(entry, operation);
    },
    end: (id) => {
      const entry = entries.get(id);
      if (!entry) return;
      if (!entry.subscribes && !entry.answered) abandoned.add(entry);
      remove(id, entry);
    },
    drain: (then) => {
      drained = then;
      for (const [id, entry] of entries) if (entry.subscribes) remove(id, entry);
      if (entries.size === 0) then();
    },
    close: () => {
      drained = undefined;
      for (const [id, entry] of entries) remove(id, entry);
    },
  };
}
