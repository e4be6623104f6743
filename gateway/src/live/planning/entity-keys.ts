import { Kind, parse, type ConstDirectiveNode } from 'graphql';

/** The fields that name an entity in a subgraph, by `SUBGRAPH Type`; the subgraph as the enum join__Graph has it. */
export type EntityKeys = ReadonlyMap<string, readonly string[]>;

/** Reads them from `@join__type(graph: CATALOG, key: "id")`; of several keys the first that is not nested. */
export function readEntityKeys(supergraphSdl: string): EntityKeys {
  const keys = new Map<string, string[]>();
  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const directive of definition.directives ?? []) {
      const { graph, key } = argumentsOf(directive);
      if (directive.name.value !== 'join__type' || !graph || !key || key.includes('{')) continue;
      const place = `${graph} ${definition.name.value}`;
      if (!keys.has(place)) keys.set(place, key.trim().split(/[\s,]+/));
    }
  }
  return keys;
}

const argumentsOf = ({ arguments: given = [] }: ConstDirectiveNode): Record<string, string | undefined> =>
  Object.fromEntries(
    given.map(({ name, value }) => [name.value, 'value' in value ? String(value.value) : undefined]),
  );
