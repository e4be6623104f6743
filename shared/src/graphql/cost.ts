/**
 * What fields cost, for `@Directive`: the gateway adds up an operation's before it asks anybody, and refuses one that
 * is too dear. After IBM's specification of GraphQL cost directives (https://ibm.github.io/graphql-specs/cost-spec.html)
 * as federation composes them. What has fields of its own costs 1 unless it is said here, a scalar nothing, a list
 * of which nothing is said is taken for ten.
 */
export const cost = (weight: number): string => `@cost(weight: ${weight})`;

/** A list that usually has about so many entries. */
export const usually = (entries: number): string => `@listSize(assumedSize: ${entries})`;

/** A field with a list below it, `list`, that is as long as its argument `first` says. */
export const asLongAsFirst = (list: string): string =>
  `@listSize(slicingArguments: ["first"], sizedFields: ["${list}"], requireOneSlicingArgument: false)`;

/** A Relay connection. */
export const PAGED = asLongAsFirst('edges');
