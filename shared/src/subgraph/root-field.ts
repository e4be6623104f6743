import { Kind, type DocumentNode, type SelectionSetNode } from 'graphql';

/** The name of what a document asks for, in metrics, where there is no such one. */
export const NO_FIELD = 'none';
const SEVERAL = 'several';

/**
 * The root field that a valid document asks for: a bounded set, that of the schema. `several` for more than one name;
 * `none` for introspection alone.
 */
export function rootFieldOf(document: DocumentNode): string {
  const names = new Set<string>();
  const fragments = new Map<string, SelectionSetNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition.selectionSet);
    }
  }

  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) names.add(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else spread(selection.name.value);
    }
  }

  /** Once each: the same fragments may be spread again and again. */
  function spread(name: string): void {
    const selections = fragments.get(name);
    fragments.delete(name);
    if (selections) collect(selections);
  }

  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) collect(definition.selectionSet);
  }
  const [first = NO_FIELD, ...others] = [...names].filter((name) => !name.startsWith('__'));
  return others.length > 0 ? SEVERAL : first;
}
