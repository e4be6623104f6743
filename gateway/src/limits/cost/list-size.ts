import {
  Kind,
  type FieldNode,
  type GraphQLField,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';
import { larger, type Amount } from './amount.js';
import type { ListSize } from './cost-table.js';

/** Entries of a list of which nothing is said. */
const USUAL = 10;

/** What stands in an operation for the variables that a request leaves out. */
export type Defaults = ReadonlyMap<string, ValueNode>;

export const defaultsOf = ({ variableDefinitions = [] }: OperationDefinitionNode): Defaults =>
  new Map(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, defaultValue] as const] : [],
    ),
  );

/** One argument that says how long a list is to be, with its name. */
export interface Slice {
  argument: string;
  size: Amount;
}

/** The arguments of a field that say how long its list is to be: those given, and those with a default. */
export function slicesOf(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  list: ListSize | undefined,
  defaults: Defaults,
): Slice[] {
  return (list?.slicing ?? []).flatMap((argument) => {
    const given = node.arguments?.find(({ name }) => name.value === argument)?.value;
    const usual = field.args.find(({ name }) => name === argument)?.defaultValue;
    const size = sizeOf(given, typeof usual === 'number' ? usual : list?.assumed, defaults);
    return size === undefined ? [] : [{ argument, size }];
  });
}

/** How long a field's list is; of several arguments that say so, the largest counts. */
export const lengthOf = (slices: readonly Slice[], list: ListSize | undefined): Amount =>
  slices.length > 0 ? slices.map(({ size }) => size).reduce(larger) : (list?.assumed ?? USUAL);

/** Null is for a resolver to understand, and they all take it for the default. */
function sizeOf(
  value: ValueNode | undefined,
  usual: number | undefined,
  defaults: Defaults,
): Amount | undefined {
  if (value?.kind === Kind.INT) return sizeFrom(Number(value.value));
  if (value?.kind !== Kind.VARIABLE) return usual;
  const name = value.name.value;
  const stated = defaults.get(name);
  const otherwise = (stated?.kind === Kind.INT ? sizeFrom(Number(stated.value)) : usual) ?? USUAL;
  const ofNull = usual ?? USUAL;
  return (variables) => {
    const sent = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (typeof sent === 'number') return sizeFrom(sent);
    // What is no number is refused when the variables are read by their types.
    return sent === null ? ofNull : otherwise;
  };
}

/** Less than none costs nothing, and is refused by the resolver. */
const sizeFrom = (number: number): number => Math.max(number, 0);
