import { Kind, parse, type ConstDirectiveNode, type ConstValueNode } from 'graphql';

/** How long a field's list is, as `@listSize` says. */
export interface ListSize {
  /** Where no argument says. */
  assumed: number | undefined;
  /** Arguments that say how long it is; of several, the largest. */
  slicing: readonly string[];
  /** The lists below the field that are of this size, where the field itself is none (the edges of a connection). */
  sized: readonly string[];
}

/** What things cost, by `Type`, `Type.field`, `Type.field(argument)` and, for input objects, `Type.field`. */
export interface CostTable {
  weights: ReadonlyMap<string, number>;
  lists: ReadonlyMap<string, ListSize>;
}

/**
 * Reads `@cost` and `@listSize` of a supergraph (https://specs.apollo.dev/cost/v0.1, after IBM's specification of
 * GraphQL cost directives), under these names. `@apollo/gateway` composes them and enforces nothing.
 */
export function readCostTable(supergraphSdl: string): CostTable {
  const weights = new Map<string, number>();
  const lists = new Map<string, ListSize>();

  function weigh(place: string, directives: readonly ConstDirectiveNode[] | undefined): void {
    const weight = argumentOf(named(directives, 'cost'), 'weight');
    if (weight?.kind === Kind.INT) weights.set(place, Number(weight.value));
  }

  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (!('name' in definition) || !definition.name || !('directives' in definition)) continue;
    const type = definition.name.value;
    weigh(type, definition.directives as readonly ConstDirectiveNode[] | undefined);
    if (!('fields' in definition)) continue;
    for (const field of definition.fields ?? []) {
      const place = `${type}.${field.name.value}`;
      weigh(place, field.directives);
      if (field.kind !== Kind.FIELD_DEFINITION) continue;
      for (const argument of field.arguments ?? [])
        weigh(`${place}(${argument.name.value})`, argument.directives);
      const listSize = named(field.directives, 'listSize');
      if (listSize) lists.set(place, listSizeOf(listSize));
    }
  }
  return { weights, lists };
}

function listSizeOf(directive: ConstDirectiveNode): ListSize {
  const assumed = argumentOf(directive, 'assumedSize');
  return {
    assumed: assumed?.kind === Kind.INT ? Number(assumed.value) : undefined,
    slicing: textsOf(argumentOf(directive, 'slicingArguments')),
    sized: textsOf(argumentOf(directive, 'sizedFields')),
  };
}

const named = (directives: readonly ConstDirectiveNode[] | undefined, name: string) =>
  directives?.find((directive) => directive.name.value === name);

const argumentOf = (directive: ConstDirectiveNode | undefined, name: string): ConstValueNode | undefined =>
  directive?.arguments?.find((argument) => argument.name.value === name)?.value;

const textsOf = (value: ConstValueNode | undefined): string[] =>
  value?.kind === Kind.LIST
    ? value.values.flatMap((entry) => (entry.kind === Kind.STRING ? [entry.value] : []))
    : [];
