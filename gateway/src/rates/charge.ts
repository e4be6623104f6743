import {
  Kind as NodeKind,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { kindOf, type Kind } from './kinds.js';

/** How many of which kinds an operation counts as; of each kind once, and never empty. */
export type Charge = readonly { kind: Kind; count: number }[];

/**
 * Counts the fields at an operation's root as they are executed: by their names in the answer, so that each alias
 * counts, and a field that is selected twice under one name does not. What `@skip` leaves out counts, since only the
 * variables could tell. Every fragment is looked at once, however often it is spread.
 */
export function chargeOf(
  { operation, selectionSet }: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): Charge {
  const kinds = new Map<string, Kind>();
  const seen = new Set<string>();

  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === NodeKind.FIELD) {
        const { name, alias = name } = selection;
        kinds.set(alias.value, kindOf(operation, name.value));
      } else if (selection.kind === NodeKind.INLINE_FRAGMENT) {
        collect(selection.selectionSet);
      } else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        const fragment = fragments[selection.name.value];
        if (fragment) collect(fragment.selectionSet);
      }
    }
  }

  collect(selectionSet);
  const counts = new Map<Kind, number>();
  for (const kind of kinds.values()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  if (counts.size === 0) counts.set(kindOf(operation, ''), 1);
  return [...counts].map(([kind, count]) => ({ kind, count }));
}
