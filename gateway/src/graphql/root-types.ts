import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode, type ValidationRule } from 'graphql';

/**
 * A validation rule: an operation is of a type that the graph has. GraphQL itself leaves an unknown root to
 * execution, where it would count as our failure.
 */
export const knownRoot: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (context.getSchema().getRootType(node.operation)) return;
    context.reportError(new GraphQLError(`This graph has no ${node.operation}.`, { nodes: node }));
  },
});

/**
 * A document of several operations has to be sent with the name of one of them, and that one has to be a query or a
 * mutation: a subscription needs a connection that goes on. Apollo Server leaves both to the gateway's planner, where
 * they would count as our failure, too.
 */
export const oneOperation: ApolloServerPlugin = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation: ({ operation }) => {
        // The name fits none, or several fit and there is no name.
        if (!operation) throw nameless();
        if (operation.operation === OperationTypeNode.SUBSCRIPTION) throw endless();
        return Promise.resolve();
      },
    }),
};

const nameless = () =>
  new GraphQLError('operationName: names no operation of the document.', {
    extensions: {
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'operationName', message: 'names no operation of the document.' }],
      http: { status: 400 },
    },
  });

const endless = () =>
  new GraphQLError('Subscriptions are served over WebSocket (graphql-transport-ws) and server-sent events.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } },
  });
