import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode, type ValidationRule } from 'graphql';

/**
 * A validation rule: an operation is a query or a mutation that the graph has. GraphQL itself leaves an unknown
 * root to execution, where it would count as our failure; and a subscription needs a connection that goes on.
 */
export const queryOrMutation: ValidationRule = (context) => ({
  OperationDefinition(node) {
    const { operation } = node;
    if (operation !== OperationTypeNode.SUBSCRIPTION && context.getSchema().getRootType(operation)) return;
    const reason =
      operation === OperationTypeNode.SUBSCRIPTION
        ? 'Subscriptions are served over WebSocket (graphql-transport-ws) and server-sent events.'
        : `This graph has no ${operation}.`;
    context.reportError(new GraphQLError(reason, { nodes: node }));
  },
});

/**
 * A document of several operations has to be sent with the name of one of them. Apollo Server leaves that to the
 * gateway's planner, where it would count as our failure, too.
 */
export const oneOperation: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ operation }) => {
        // Typed as present; it is not when the name fits none, or several fit and there is no name.
        if ((operation as unknown) !== undefined) return Promise.resolve();
        throw new GraphQLError('operationName: names no operation of the document.', {
          extensions: {
            code: 'BAD_USER_INPUT',
            fields: [{ path: 'operationName', message: 'names no operation of the document.' }],
            http: { status: 400 },
          },
        });
      },
    }),
};
