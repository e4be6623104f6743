import { Kind, parse, type ConstDirectiveNode } from 'graphql';

/** Which fields anybody may see, and which cost more than an event should; both by `Type.field`. */
export interface AccessTags {
  public: ReadonlySet<string>;
  costly: ReadonlySet<string>;
}

/** Reads the marks `@tag(name: "public")` and `@tag(name: "costly")` of a supergraph. */
export function readAccessTags(supergraphSdl: string): AccessTags {
  const tagged = { public: new Set<string>(), costly: new Set<string>() };
  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
      continue;
    for (const field of definition.fields ?? []) {
      const names = tagsOf(field.directives);
      if (names.includes('public')) tagged.public.add(`${definition.name.value}.${field.name.value}`);
      if (names.includes('costly')) tagged.costly.add(`${definition.name.value}.${field.name.value}`);
    }
  }
  return tagged;
}

const tagsOf = (directives: readonly ConstDirectiveNode[] = []): string[] =>
  directives
    .filter(({ name }) => name.value === 'tag')
    .flatMap(({ arguments: given = [] }) =>
      given.flatMap(({ name, value }) =>
        name.value === 'name' && value.kind === Kind.STRING ? [value.value] : [],
      ),
    );
