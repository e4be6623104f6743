import { OperationTypeNode, type DocumentNode, type GraphQLSchema } from 'graphql';
import { selectedFields, tagged, type AccessTags } from '../live/planning/index.js';
import type { PublicRead } from '../upstream/gather.js';

/**
 * With whose requests an operation may be asked for together. Every field has to be public: then its answer is the same
 * whoever asks, and only then. One that costs more would keep others waiting, and goes with its equals only.
 *
 * @param document of this one operation.
 * @returns undefined for what is asked for each by themselves.
 */
export function goesWithOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  tags: AccessTags,
): PublicRead['goesWith'] | undefined {
  const isQuery = document.definitions.every(
    (definition) => !('operation' in definition) || definition.operation === OperationTypeNode.QUERY,
  );
  const fields = selectedFields(schema, document);
  if (!isQuery || !fields.every(({ names }) => tagged(tags.public, names, 'every'))) return undefined;
  const isSlow = fields.some(({ names }) => tagged(tags.costly, names, 'some'));
  return isSlow ? 'its equals' : 'its kind';
}
