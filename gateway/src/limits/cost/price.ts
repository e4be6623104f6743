import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isInterfaceType,
  isObjectType,
  Kind,
  OperationTypeNode,
  typeFromAST,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { plus, times, type Amount } from './amount.js';
import type { CostTable } from './cost-table.js';
import { inputCostOf } from './input-cost.js';
import { defaultsOf, lengthOf, slicesOf, type Slice } from './list-size.js';

/** A write takes locks, transactions and messages, whatever it answers with. */
const MUTATION = 10;

export interface Price {
  cost: Amount;
  /** What the arguments that size lists say, each once. */
  slices: readonly Slice[];
}

export interface Priced {
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  table: CostTable;
}

/** The lists below a connection that are as long as its argument says. */
interface Sized {
  fields: readonly string[];
  size: Amount;
}

/**
 * Prices a valid operation: of each field its own weight (or else that of its type: 1 for what has fields, 0 for what
 * has none) and all that is selected of it, times the entries of its list, plus the weights of its arguments. Whatever
 * `@skip` and `@include` leave out counts, and so does every branch of a union: the price is never too low.
 *
 * Fragments are followed wherever they are spread, so the document has to be within the limit of fields.
 */
export function priceOf({ schema, document, operation, table }: Priced): Price {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const defaults = defaultsOf(operation);
  const slices: Slice[] = [];

  function costOf(set: SelectionSetNode, parent: GraphQLNamedType | undefined, sized?: Sized): Amount {
    return set.selections
      .map((selection): Amount => {
        if (selection.kind === Kind.FIELD) return costOfField(selection, parent, sized);
        const part =
          selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
        if (!part) return 0;
        const condition = part.typeCondition ? typeFromAST(schema, part.typeCondition) : parent;
        return costOf(part.selectionSet, condition, sized);
      })
      .reduce(plus, 0);
  }

  function costOfField(node: FieldNode, parent: GraphQLNamedType | undefined, sized?: Sized): Amount {
    const field = fieldOf(parent, node.name.value);
    // Of introspection, and `__typename`: answered by the gateway itself, and bounded by depth and fields.
    if (!field || !parent) return 0;
    const place = `${parent.name}.${field.name}`;
    const list = table.lists.get(place);
    const sliced = slicesOf(node, field, list, defaults);
    slices.push(...sliced);
    const length = lengthOf(sliced, list);
    const below = list && list.sized.length > 0 ? { fields: list.sized, size: length } : undefined;
    const type = getNamedType(field.type);
    const inner = node.selectionSet ? costOf(node.selectionSet, type, below) : 0;
    const each = plus(table.weights.get(place) ?? table.weights.get(type.name) ?? usualWeight(type), inner);
    const entries = sized?.fields.includes(field.name) ? sized.size : length;
    const cost = isList(field.type) ? times(entries, each) : each;
    return plus(cost, inputCostOf(node, field, place, table));
  }

  const root = schema.getRootType(operation.operation) ?? undefined;
  const cost = costOf(operation.selectionSet, root);
  return { cost: operation.operation === OperationTypeNode.MUTATION ? plus(MUTATION, cost) : cost, slices };
}

const fieldOf = (
  parent: GraphQLNamedType | undefined,
  name: string,
): GraphQLField<unknown, unknown> | undefined =>
  isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;

const usualWeight = (type: GraphQLNamedType): number => (isCompositeType(type) ? 1 : 0);

const isList = (type: GraphQLOutputType): boolean => isListType(getNullableType(type));
