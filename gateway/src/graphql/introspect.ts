import { NO_FIELD, rootFieldOf } from '@stampede/shared/subgraph';
import {
  executeSync,
  Kind,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

interface Asked {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  request: { variables?: Record<string, unknown> };
}

/**
 * Answers an operation that asks for nothing but the schema. The planner has a list of its own of what `__Type` has,
 * without `isOneOf` and whatever else came later; tools ask for all that they are told there is, and would be refused
 * as by a fault of ours.
 *
 * @returns undefined for any other operation.
 */
export function introspect({ schema, document, operation, request }: Asked) {
  const definitions = document.definitions.filter(
    (definition) => definition.kind === Kind.FRAGMENT_DEFINITION || definition === operation,
  );
  const alone: DocumentNode = { kind: Kind.DOCUMENT, definitions };
  if (rootFieldOf(alone) !== NO_FIELD) return undefined;
  return executeSync({ schema, document: alone, variableValues: request.variables });
}
