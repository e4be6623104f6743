import 'reflect-metadata';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { getDocumentNodeFromSchema } from '@graphql-tools/utils';
import { parse, print, type GraphQLSchema } from 'graphql';
import { buildSchema, createResolversMap, type NonEmptyArray } from 'type-graphql';
import { ACCESS, tagFields, type AccessTable } from '../access/index.js';

type ResolverMap = Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>['resolvers'];
type Class = new (...args: never[]) => object;

/** Finds one entity by its key, when another subgraph names it; null when there is none. */
export type Reference = (key: never, context: never) => unknown;

/** Opens the stream of a subscription's events. What it throws is the whole answer to who subscribes. */
export type Subscribe = (
  args: never,
  context: never,
) => AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>;

export interface SubgraphParts {
  /** The resolver objects, already made with what they need. */
  resolvers: object[];
  /** Types that no field of this subgraph reaches: members of unions, stubs of others' entities. */
  types?: Class[];
  /** By entity name. */
  references?: Record<string, Reference>;
  /** Who may see which field; the house's own table, unless this is no subgraph of it. */
  access?: AccessTable;
  /** By field of `Subscription`; each is declared with `@Subscription(type, { subscribe: streamOfParts, … })`. */
  subscriptions?: Record<string, Subscribe>;
}

/**
 * Stands in a `@Subscription`: type-graphql gives a `subscribe` no resolver object, so it could reach nothing that
 * main.ts has opened. The stream comes from {@link SubgraphParts.subscriptions}.
 */
export function streamOfParts(): never {
  throw new Error('a subscription has no stream');
}

export interface Subgraph {
  schema: GraphQLSchema;
  /** The text that is committed, compared, and composed into the supergraph. */
  sdl: string;
}

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@inaccessible", "@tag", "@external", "@requires", "@provides", "@cost", "@listSize"])`;

/**
 * Builds an executable federation 2 subgraph from type-graphql resolvers.
 *
 * @throws Error when the table of access does not say who may see a field.
 */
export async function buildSubgraph({
  resolvers,
  types = [],
  references = {},
  access = ACCESS,
  subscriptions = {},
}: SubgraphParts): Promise<Subgraph> {
  const schema = await buildSchema({
    resolvers: resolvers.map((resolver) => resolver.constructor) as unknown as NonEmptyArray<Class>,
    orphanedTypes: types,
    // Each resolver class has one instance, made by main.ts with plain arguments.
    container: { get: (wanted: Class) => resolvers.find((resolver) => resolver instanceof wanted) },
    validate: false,
    // Wanted of every schema with subscriptions, and asked only by those that name topics.
    pubSub: { publish: streamOfParts, subscribe: streamOfParts },
    // graphql-js would want every type to be complete here; federation completes it.
    skipCheck: true,
  });
  const sdl = `${LINK}\n\n${print(tagFields(getDocumentNodeFromSchema(schema), access))}\n`;
  const resolverMap = createResolversMap(schema) as Record<string, object>;
  for (const [entity, reference] of Object.entries(references)) {
    resolverMap[entity] = { ...resolverMap[entity], __resolveReference: reference };
  }
  const streams = resolverMap.Subscription as Record<string, object> | undefined;
  for (const [field, subscribe] of Object.entries(subscriptions)) {
    if (!streams?.[field]) throw new Error(`there is no subscription ${field}`);
    const open = subscribe as (args: unknown, context: unknown) => unknown;
    streams[field] = {
      ...streams[field],
      subscribe: (_: unknown, args: unknown, context: unknown) => open(args, context),
    };
  }
  return {
    schema: buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolverMap as ResolverMap }]),
    sdl,
  };
}
