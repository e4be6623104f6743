import 'reflect-metadata';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { parse, type GraphQLSchema } from 'graphql';
import { buildSchema, createResolversMap, type NonEmptyArray } from 'type-graphql';

type ResolverMap = Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers'];
type Class = new (...args: never[]) => object;

/** Finds one entity by its key, when another subgraph names it; null when there is none. */
export type Reference = (key: never, context: never) => unknown;

export interface SubgraphParts {
  /** The resolver objects, already made with what they need. */
  resolvers: object[];
  /** Types that no field of this subgraph reaches: members of unions, stubs of others' entities. */
  types?: Class[];
  /** By entity name. */
  references?: Record<string, Reference>;
}

export interface Subgraph {
  schema: GraphQLSchema;
  /** The text that is committed, compared, and composed into the supergraph. */
  sdl: string;
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@inaccessible", "@tag", "@external", "@requires", "@provides"])`;

/** Builds an executable federation 2 subgraph from type-graphql resolvers. */
export async function buildSubgraph({
  resolvers,
  types = [],
  references = {},
}: SubgraphParts): Promise<Subgraph> {
  const schema = await buildSchema({
    resolvers: resolvers.map((resolver) => resolver.constructor) as unknown as NonEmptyArray<Class>,
    orphanedTypes: types,
    // Each resolver class has one instance, made by main.ts with plain arguments.
    container: { get: (wanted: Class) => resolvers.find((resolver) => resolver instanceof wanted) },
    validate: false,
    // graphql-js would want every type to be complete here; federation completes it.
    skipCheck: true,
  });
  const sdl = `${LINK}\n\n${printSchemaWithDirectives(schema)}\n`;
  const resolverMap = createResolversMap(schema) as Record<string, object>;
  for (const [entity, reference] of Object.entries(references)) {
    resolverMap[entity] = { ...resolverMap[entity], __resolveReference: reference };
  }
  return {
    schema: buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolverMap as ResolverMap }]),
    sdl,
  };
}
