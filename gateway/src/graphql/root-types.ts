import { GraphQLError, OperationTypeNode, type ValidationRule } from 'graphql';

/**
 * A validation rule: an operation is a query or a mutation that the graph has. GraphQL itself leaves an unknown
 * root to execution, where it would count as our failure; and over plain HTTP there is no stream to subscribe to.
 */
export const queryOrMutation: ValidationRule = (context) => ({
  OperationDefinition(node) {
    const { operation } = node;
    if (operation !== OperationTypeNode.SUBSCRIPTION && context.getSchema().getRootType(operation)) return;
    context.reportError(
      new GraphQLError(`There is no ${operation} to be had over this connection.`, { nodes: node }),
    );
  },
});
