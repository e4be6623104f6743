import {
  getNamedType,
  isInputObjectType,
  valueFromASTUntyped,
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
  type ValueNode,
  visit,
} from 'graphql';
import { plus, type Amount, type Variables } from './amount.js';
import type { CostTable } from './cost-table.js';

/** What the arguments of a field cost besides it: those that are given, and the fields of input objects in them. */
export function inputCostOf(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  place: string,
  { weights }: CostTable,
): Amount {
  return field.args
    .map(({ name, type }): Amount => {
      const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
      if (!given) return 0;
      const own = weights.get(`${place}(${name})`) ?? 0;
      if (!bearsWeight(type, weights)) return own;
      const costOf = (variables?: Variables) =>
        own + costOfValue(valueFromASTUntyped(given, variables), type, weights);
      return hasVariable(given) ? costOf : costOf();
    })
    .reduce(plus, 0);
}

/** Whether any field of an input object, or of one within it, has a weight. */
function bearsWeight(
  type: GraphQLInputType,
  weights: CostTable['weights'],
  seen = new Set<unknown>(),
): boolean {
  const named = getNamedType(type);
  if (!isInputObjectType(named) || seen.has(named)) return false;
  seen.add(named);
  return Object.values(named.getFields()).some(
    (field) => weights.has(`${named.name}.${field.name}`) || bearsWeight(field.type, weights, seen),
  );
}

/** @param value as it was sent: it may be anything, and only objects of the known fields cost. */
function costOfValue(value: unknown, type: GraphQLInputType, weights: CostTable['weights']): number {
  if (Array.isArray(value))
    return value.reduce((sum: number, entry) => sum + costOfValue(entry, type, weights), 0);
  const named = getNamedType(type);
  if (!isInputObjectType(named) || typeof value !== 'object' || value === null) return 0;
  return Object.values(named.getFields()).reduce((sum, { name, type: inner }) => {
    const given = Object.hasOwn(value, name) ? (value as Variables)[name] : undefined;
    if (given == null) return sum;
    return sum + (weights.get(`${named.name}.${name}`) ?? 0) + costOfValue(given, inner, weights);
  }, 0);
}

function hasVariable(value: ValueNode): boolean {
  let found = false;
  visit(value, { Variable: () => void (found = true) });
  return found;
}
