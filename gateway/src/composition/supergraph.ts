import { Kind, parse, type DirectiveNode } from 'graphql';
import { readFileSync } from 'node:fs';

/** A subgraph as the supergraph names it: `url` is the one it was composed with. */
export interface Member {
  name: string;
  url: string;
}

export interface Supergraph {
  file: string;
  sdl: string;
  members: Member[];
}

/** Reads a composed supergraph from a file. @throws Error when it is none. */
export const readSupergraph = (file: string): Supergraph => parseSupergraph(file, readFileSync(file, 'utf8'));

/** Takes what a file says for a supergraph. @throws Error when it is none. */
export function parseSupergraph(file: string, sdl: string): Supergraph {
  const members = membersOf(sdl);
  if (members.length === 0) throw new Error(`${file} is not a supergraph: it has no enum join__Graph`);
  return { file, sdl, members };
}

/** The join specification lists subgraphs as `enum join__Graph { USER @join__graph(name: "user", url: "…") }`. */
function membersOf(sdl: string): Member[] {
  const members = parse(sdl, { noLocation: true }).definitions.find(
    (definition) => definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph',
  );
  if (members?.kind !== Kind.ENUM_TYPE_DEFINITION) return [];
  return (members.values ?? []).flatMap(({ directives = [] }) =>
    directives
      .filter((directive) => directive.name.value === 'join__graph')
      .map((directive) => ({ name: argument(directive, 'name'), url: argument(directive, 'url') })),
  );
}

function argument(directive: DirectiveNode, name: string): string {
  const value = directive.arguments?.find((given) => given.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : '';
}
