import type { ApolloServerPlugin } from '@apollo/server';
import type { GatewayContext } from './context.js';

/** Puts the request's id on its errors before they are formatted: `formatError` is given no context. */
export const requestIdOfErrors: ApolloServerPlugin<GatewayContext> = {
  requestDidStart: () =>
    Promise.resolve({
      didEncounterErrors: ({ errors, contextValue }) => {
        for (const error of errors) error.extensions.requestId = contextValue.requestId;
        return Promise.resolve();
      },
    }),
};
