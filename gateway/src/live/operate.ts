import type { Client, Identity } from '@stampede/shared/identity';
import type { FormattedExecutionResult } from 'graphql';
import { randomUUID } from 'node:crypto';
import type { GatewayContext } from '../graphql/context.js';
import { inOperation } from '../graphql/request-spans.js';
import type { ToClient } from './client-errors.js';
import type { Documents, OperationRequest } from './planning/index.js';
import type { Viewer } from './sharing/deliver.js';
import type { Broadcasts } from './sharing/broadcasts.js';

/** Answers a query or a mutation, with the limits, masking and metrics of those over plain HTTP. */
export type Execute = (
  request: OperationRequest,
  context: GatewayContext,
) => Promise<FormattedExecutionResult>;

export interface Operation {
  /** Whether it goes on until somebody ends it. */
  subscribes: boolean;
  /** The viewer hears nothing any more. */
  stop(): void;
}

/** Who asks, and from where. */
export interface Asker {
  identity: Identity;
  client: Client;
}

/** Begins an operation of any kind. The viewer may be called before this returns. */
export type Operate = (request: OperationRequest, asker: Asker, viewer: Viewer) => Operation;

export interface OperateOptions {
  documents: Documents;
  broadcasts: Broadcasts;
  execute: Execute;
  toClient: ToClient;
}

export function openOperate({ documents, broadcasts, execute, toClient }: OperateOptions): Operate {
  /** Never rejects. A result without data is a refusal: nothing was executed. */
  async function answer(request: OperationRequest, asker: Asker, viewer: Viewer): Promise<void> {
    const { identity, client } = asker;
    const requestId = randomUUID();
    try {
      const context = { identity, requestId, client: () => client };
      const { data, errors, extensions } = await inOperation(requestId, ON_A_CONNECTION, () =>
        execute(request, context),
      );
      if (data === undefined && errors) {
        viewer.error(encode(errors));
        return;
      }
      viewer.next(encode({ data, errors, extensions }), () => undefined);
      viewer.complete();
    } catch (error) {
      viewer.error(encode(toClient([error], requestId)));
    }
  }

  return (request, asker, viewer) => {
    const subscription = documents.asSubscription(request);
    if (!subscription) {
      void answer(request, asker, viewer);
      return { subscribes: false, stop: () => undefined };
    }
    try {
      return { subscribes: true, ...broadcasts.watch(subscription, asker.identity, viewer) };
    } catch (error) {
      viewer.error(encode(toClient([error], randomUUID())));
      return { subscribes: true, stop: () => undefined };
    }
  };
}

const ON_A_CONNECTION = { attributes: { 'network.protocol.name': 'websocket' } };

const encode = (value: unknown) => Buffer.from(JSON.stringify(value));
