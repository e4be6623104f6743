import { GraphQLError, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { AccessTags } from './access-tags.js';
import { selectedFields, tagged, type SelectedField } from './selected-fields.js';

/** For whom a subscription runs: `everybody` sees the same of public fields, else it is about the one who asks. */
export type Audience = 'everybody' | 'subscriber';

/**
 * Decides from the marks of the selected fields. A subscription whose root field is public is one that many watch:
 * it is run once for all of them, so it takes public, cheap fields only.
 *
 * @returns a refusal that names the other ones.
 */
export function audienceOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  tags: AccessTags,
): Audience | GraphQLError {
  const fields = selectedFields(schema, document);
  const root = fields.find(({ names }) => names.own.startsWith(`${schema.getSubscriptionType()?.name}.`));
  const isPublic = ({ names }: SelectedField) => tagged(tags.public, names, 'every');
  const isCostly = ({ names }: SelectedField) => tagged(tags.costly, names, 'some');
  if (!root || !isPublic(root)) return 'subscriber';

  const others = fields.filter((field) => !isPublic(field) || isCostly(field));
  if (others.length === 0) return 'everybody';
  const list = [...new Set(others.map(({ names }) => names.own))].join(', ');
  return new GraphQLError(`${root.names.own} takes public, cheap fields only: not ${list}.`, {
    nodes: others.map(({ node }) => node),
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
}
