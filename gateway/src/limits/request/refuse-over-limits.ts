import type { ApolloServerPlugin } from '@apollo/server';
import type { GatewayContext } from '../../graphql/context.js';
import type { PricedOperations } from './priced-operations.js';

/** Refuses requests over a limit before they are planned, whichever way they came. */
export const refuseOverLimits = (operations: PricedOperations): ApolloServerPlugin<GatewayContext> => ({
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ schema, document, operation, request }) => {
        const refusal = operation && operations.of(schema, document, operation)(request.variables ?? {});
        if (!refusal) return Promise.resolve();
        refusal.extensions.http = { status: 400 };
        throw refusal;
      },
    }),
});
