import { subscribe, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { withRequestId, type Metrics } from '../telemetry/index.js';
import type { SubgraphContext } from './context.js';

type Results = AsyncGenerator<ExecutionResult, void, void>;

/** graphql-js' `subscribe`, under the request's id from the first event to the last, and counted. */
export function openStreams(metrics: Metrics) {
  const open = metrics.gauge('subscriptions_open', 'Subscriptions that are being served now.');

  /** `next` runs in the reader's turn, which knows nothing of the request. */
  function counted(results: Results, requestId: string): Results {
    let ended = false;
    open.inc();
    const end = () => {
      if (!ended) open.dec();
      ended = true;
    };
    const noting = async (step: () => Promise<IteratorResult<ExecutionResult, void>>) => {
      try {
        const result = await withRequestId(requestId, step);
        if (result.done) end();
        return result;
      } catch (error) {
        end();
        throw error;
      }
    };
    return {
      next: () => noting(() => results.next()),
      return: () => noting(() => results.return()),
      throw: (error) => noting(() => results.throw(error)),
      [Symbol.asyncIterator]() {
        return this;
      },
      [Symbol.asyncDispose]: async () => {
        await noting(() => results.return());
      },
    };
  }

  return async (args: ExecutionArgs): Promise<Results | ExecutionResult> => {
    const { requestId } = args.contextValue as SubgraphContext;
    const results = await withRequestId(requestId, () => subscribe(args));
    return Symbol.asyncIterator in results ? counted(results, requestId) : results;
  };
}
