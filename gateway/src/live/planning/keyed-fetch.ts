import type { FetchNode } from '@apollo/query-planner';
import { getNamedType, isObjectType, Kind, parse, print, type FieldNode, type GraphQLSchema } from 'graphql';

type Data = Record<string, unknown> | null | undefined;

export interface KeyedFetch {
  primary: FetchNode;
  /** What an event is about; events of one key replace one another. Empty where that cannot be said. */
  keyOf(data: Data): string;
}

/**
 * Has the primary fetch name the entity of each event: one subscription may be about several things
 * (`stockChanged(productIds: …)`), and who reads slowly must have the newest of each.
 */
export function keyedFetch(
  primary: FetchNode,
  schema: GraphQLSchema,
  keysOf: (type: string) => readonly string[] | undefined,
): KeyedFetch {
  const document = parse(primary.operation, { noLocation: true });
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const root = operation?.kind === Kind.OPERATION_DEFINITION && operation.selectionSet.selections[0];
  if (!root || root.kind !== Kind.FIELD || !root.selectionSet) return { primary, keyOf: () => '' };
  const alias = aliasesBeside(primary.operation);
  const selectionOf = (field: string): FieldNode => ({
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: alias(field) },
    name: { kind: Kind.NAME, value: field },
  });
  const type = getNamedType(schema.getSubscriptionType()?.getFields()[root.name.value]?.type);
  const fields = type && isObjectType(type) ? (keysOf(type.name) ?? []) : [];
  const keyed: FieldNode = {
    ...root,
    selectionSet: {
      ...root.selectionSet,
      selections: [...root.selectionSet.selections, ...fields.map(selectionOf)],
    },
  };
  const definitions = document.definitions.map((definition) =>
    definition === operation
      ? { ...operation, selectionSet: { ...operation.selectionSet, selections: [keyed] } }
      : definition,
  );
  const name = root.alias?.value ?? root.name.value;
  return {
    primary: { ...primary, operation: print({ ...document, definitions }) },
    keyOf: (data) => {
      const entity = data?.[name] as Data;
      return entity ? fields.map((field) => JSON.stringify(entity[alias(field)])).join() : '';
    },
  };
}

/** Names for what only the gateway asks for, which clients are never answered: none that the document has. */
function aliasesBeside(operation: string): (field: string) => string {
  let number = 0;
  while (operation.includes(`_key${number}_`)) number += 1;
  return (field) => `_key${number}_${field}`;
}
