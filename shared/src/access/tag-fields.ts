import {
  Kind,
  visit,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  type ObjectTypeDefinitionNode,
} from 'graphql';
import type { AccessTable } from './table.js';

/**
 * Marks each field of a subgraph's schema as the table says: `@tag(name: "public")`, `@tag(name: "costly")`. Marks
 * survive composition, so that whoever has the supergraph knows what may be shared.
 *
 * @throws Error with every field that the table does not have, that the table keeps for services and the schema
 * publishes, or the other way round.
 */
export function tagFields(document: DocumentNode, table: AccessTable): DocumentNode {
  const problems: string[] = [];

  function tagged(field: FieldDefinitionNode, type: string): FieldDefinitionNode {
    const coordinate = `${type}.${field.name.value}`;
    const access = table.get(coordinate);
    if (!access) {
      problems.push(
        `${coordinate} is not in the table of access (shared/src/access/table.ts): who may see it?`,
      );
      return field;
    }
    if (access.who.includes('service') !== isInaccessible(field)) {
      problems.push(
        `${coordinate} has to be @inaccessible, and for services in the table of access, or neither`,
      );
    }
    const names = (['public', 'costly'] as const).filter((name) => access[name]);
    return { ...field, directives: [...(field.directives ?? []), ...names.map(tag)] };
  }

  const withTaggedFields = <Node extends ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode>(
    node: Node,
  ): Node =>
    // Only a field that is for services leads to a type that is.
    isInaccessible(node)
      ? node
      : { ...node, fields: node.fields?.map((field) => tagged(field, node.name.value)) ?? [] };

  const result = visit(document, {
    ObjectTypeDefinition: (node) => withTaggedFields(node),
    InterfaceTypeDefinition: (node) => withTaggedFields(node),
  });
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return result;
}

const isInaccessible = ({ directives = [] }: { directives?: readonly ConstDirectiveNode[] }) =>
  directives.some(({ name }) => name.value === 'inaccessible');

const tag = (name: string): ConstDirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: 'tag' },
  arguments: [
    {
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: 'name' },
      value: { kind: Kind.STRING, value: name },
    },
  ],
});
