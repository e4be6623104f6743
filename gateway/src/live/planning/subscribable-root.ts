import { GraphQLError, Kind, OperationTypeNode, type SelectionNode, type ValidationRule } from 'graphql';

/**
 * A validation rule: the one field at the root of a subscription is always there. GraphQL's draft forbids `@skip` and `@include` on it (there would be nothing to subscribe to), the published edition is
 * silent, and the planner gives up.
 */
export const subscribableRoot: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (node.operation !== OperationTypeNode.SUBSCRIPTION) return;
    const root = context.getSchema().getSubscriptionType();
    if (!root) return;
    const fragments = context
      .getRecursivelyReferencedFragments(node)
      .filter(({ typeCondition }) => typeCondition.name.value === root.name);
    for (const selection of [node, ...fragments].flatMap(selectionsOf)) {
      if (!selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include'))
        continue;
      context.reportError(
        new GraphQLError('The root of a subscription takes no @skip and no @include.', { nodes: selection }),
      );
    }
  },
});

/** Those at the top, and in inline fragments there. */
const selectionsOf = (parent: {
  selectionSet: { selections: readonly SelectionNode[] };
}): readonly SelectionNode[] =>
  parent.selectionSet.selections.flatMap((selection) =>
    selection.kind === Kind.INLINE_FRAGMENT ? [selection, ...selectionsOf(selection)] : [selection],
  );
