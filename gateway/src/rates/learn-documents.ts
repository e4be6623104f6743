import type { ApolloServerPlugin } from '@apollo/server';
import type { GatewayContext } from '../graphql/context.js';
import type { ChargeOfRequest } from './charge-of-request.js';

/** Tells which documents have been found good: sent again, they are not counted as new ones. */
export const learnDocuments = (chargeOf: ChargeOfRequest): ApolloServerPlugin<GatewayContext> => ({
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ source, request }) => {
        chargeOf.learn(source, request.operationName);
        return Promise.resolve();
      },
    }),
});
