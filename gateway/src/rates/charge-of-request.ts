import { getOperationAST, Kind as NodeKind, type DocumentNode, type FragmentDefinitionNode } from 'graphql';
import { openRecent } from '../graphql/recent.js';
import { measure } from '../limits/document/measure.js';
import type { DocumentLimits } from '../limits/settings.js';
import { parseQuietly } from '../live/planning/index.js';
import { chargeOf, type Charge } from './charge.js';

export interface ChargeOfRequest {
  /**
   * What the text of a request counts as, before anything else is made of it. One that has not been found good lately
   * counts as a `document`, too: it is validated and planned, which takes more than all that is asked for a known one.
   */
  (query: unknown, operationName: unknown): Charge;
  /** What it counts as apart from being new, where the text is remembered. */
  recall(query: string, operationName: string | undefined): Charge | undefined;
  /** It was found good; what is refused counts each time, since nobody remembers a refusal. */
  learn(query: string, operationName: string | undefined): void;
}

/** What cannot be understood costs the gateway as much as a read. */
const ONE_READ: Charge = [{ kind: 'read', count: 1 }];

interface Known {
  charge: Charge;
  ofNew: Charge;
  isGood: boolean;
}

/**
 * Reads requests that nobody has planned yet, or not for the short way. What is no GraphQL, or does not say which of
 * its operations is meant, is refused later; here it counts as a read.
 *
 * @param limits `QUERY_TOKENS` beyond which a document cannot be read, `QUERY_FIELDS` beyond which none is validated.
 */
export function openChargeOfRequest(
  limits: Pick<DocumentLimits, 'QUERY_TOKENS' | 'QUERY_FIELDS'>,
): ChargeOfRequest {
  const known = openRecent<Known>();

  function read(query: string, name: string, key: string): Known {
    const document = parseQuietly(query, limits.QUERY_TOKENS);
    const charge = (document && chargeOfDocument(document, name)) ?? ONE_READ;
    const fields = Math.min(fieldsOf(query, document), limits.QUERY_FIELDS);
    const ofNew: Charge = [...charge, { kind: 'document', count: Math.ceil(fields / FIELDS) }];
    const made = { charge, ofNew, isGood: false };
    // Parsed documents and plans are remembered by their size: this has to be forgotten before they are.
    known.set(key, made, Math.max(key.length * 4, fields * CHARACTERS));
    return made;
  }

  return Object.assign(
    (query: unknown, operationName: unknown): Charge => {
      if (typeof query !== 'string') return ONE_READ;
      const name = typeof operationName === 'string' ? operationName : '';
      const key = keyOf(query, name);
      const { isGood, charge, ofNew } = known.get(key) ?? read(query, name, key);
      return isGood ? charge : ofNew;
    },
    {
      recall: (query: string, operationName: string | undefined) =>
        known.get(keyOf(query, operationName))?.charge,
      learn: (query: string, operationName: string | undefined) => {
        const made = known.get(keyOf(query, operationName));
        if (made) made.isGood = true;
      },
    },
  );
}

/** Fields that count as one `document`: they take about a millisecond to validate and to plan. */
const FIELDS = 10;
/** Of a document's text: what lies between fields has to be read, too. */
const CHARACTERS = 40;

const fieldsOf = (query: string, document: DocumentNode | undefined): number =>
  Math.max(1, query.length / CHARACTERS, document ? measure(document).fields : 0);

const keyOf = (query: string, operationName = ''): string => `${operationName}\n${query}`;

function chargeOfDocument(document: DocumentNode, name: string): Charge | undefined {
  const fragments = Object.create(null) as Record<string, FragmentDefinitionNode>;
  for (const definition of document.definitions) {
    if (definition.kind === NodeKind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  const operation = getOperationAST(document, name === '' ? null : name);
  return operation ? chargeOf(operation, fragments) : undefined;
}
