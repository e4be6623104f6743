import {
  isAbstractType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
} from 'graphql';

export interface SelectedField {
  /** As `Type.field`: one name, or for a field of an interface that of each type that may stand for it, too. */
  names: { own: string; possible: string[] };
  node: FieldNode;
}

/**
 * Whether a field has a mark. One of an interface has it if `every` type has it that may stand for it, or `some`:
 * whatever the interface itself says, it is such a type that answers.
 */
export function tagged(
  tag: ReadonlySet<string>,
  { own, possible }: SelectedField['names'],
  how: 'every' | 'some',
): boolean {
  return possible.length > 0 ? possible[how]((name) => tag.has(name)) : tag.has(own);
}

/** Every field that a document selects, in its fragments too; left out or not by `@skip` and `@include`. */
export function selectedFields(schema: GraphQLSchema, document: DocumentNode): SelectedField[] {
  const selected: SelectedField[] = [];
  const typeInfo = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Field(node) {
        const parent = typeInfo.getParentType();
        const field = node.name.value;
        if (!parent || field === '__typename') return;
        const possible = isAbstractType(parent) ? schema.getPossibleTypes(parent) : [];
        selected.push({
          names: { own: `${parent.name}.${field}`, possible: possible.map(({ name }) => `${name}.${field}`) },
          node,
        });
      },
    }),
  );
  return selected;
}
