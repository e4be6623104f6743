import { getOperationAST, Kind as NodeKind, type DocumentNode, type FragmentDefinitionNode } from 'graphql';
import { openRecent } from '../graphql/recent.js';
import { parseQuietly } from '../live/planning/index.js';
import { chargeOf, type Charge } from './charge.js';

/** What the text of a request counts as, before anything else is made of it. */
export type ChargeOfRequest = (query: unknown, operationName: unknown) => Charge;

/** What cannot be understood costs the gateway as much as a read. */
export const ONE_READ: Charge = [{ kind: 'read', count: 1 }];

/**
 * Reads requests that nobody has planned yet, or not for the short way. What is no GraphQL, or does not say which of
 * its operations is meant, is refused later; here it counts as a read.
 *
 * @param maxTokens beyond which a document cannot be read.
 */
export function openChargeOfRequest(maxTokens: number): ChargeOfRequest {
  const known = openRecent<Charge>();
  return (query, operationName) => {
    if (typeof query !== 'string') return ONE_READ;
    const name = typeof operationName === 'string' ? operationName : '';
    const key = `${name}\n${query}`;
    const remembered = known.get(key);
    if (remembered) return remembered;
    const document = parseQuietly(query, maxTokens);
    const charge = (document && chargeOfDocument(document, name)) ?? ONE_READ;
    known.set(key, charge, key.length);
    return charge;
  };
}

function chargeOfDocument(document: DocumentNode, name: string): Charge | undefined {
  const fragments = Object.create(null) as Record<string, FragmentDefinitionNode>;
  for (const definition of document.definitions) {
    if (definition.kind === NodeKind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  const operation = getOperationAST(document, name === '' ? null : name);
  return operation ? chargeOf(operation, fragments) : undefined;
}
