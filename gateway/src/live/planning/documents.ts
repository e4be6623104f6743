import { GraphQLError, Kind, OperationTypeNode, parse, type DocumentNode } from 'graphql';
import { openRecent } from '../../graphql/recent.js';

/** What a client sends to have an operation begun. */
export interface OperationRequest {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

export interface SubscriptionRequest extends OperationRequest {
  document: DocumentNode;
}

export interface Documents {
  /**
   * The request with its document, if the operation that it asks for is a subscription. What cannot be read, and
   * what names no operation, is none: it is refused where queries are, in the same words.
   */
  asSubscription(request: OperationRequest): SubscriptionRequest | undefined;
  /** Whether the operation changes something; where it cannot be said which one it is, it is refused elsewhere. */
  isMutation(request: OperationRequest): boolean;
}

/** Reads documents, each once. @param maxTokens beyond which one cannot be read. */
export function openDocuments(maxTokens: number): Documents {
  const parsed = openRecent<DocumentNode>();

  function documentOf(query: string): DocumentNode | undefined {
    const document = parsed.get(query) ?? parseQuietly(query, maxTokens);
    if (document) parsed.set(query, document, query.length);
    return document;
  }

  return {
    asSubscription: (request) => {
      if (!request.query.includes('subscription')) return undefined;
      const document = documentOf(request.query);
      const subscribes =
        document && typeOf(document, request.operationName) === OperationTypeNode.SUBSCRIPTION;
      return subscribes ? { ...request, document } : undefined;
    },
    isMutation: ({ query, operationName }) => {
      const document = documentOf(query);
      return document !== undefined && typeOf(document, operationName) === OperationTypeNode.MUTATION;
    },
  };
}

/** Undefined for what is no GraphQL, or has more tokens than may be, or is too deep to be read. */
export function parseQuietly(query: string, maxTokens: number): DocumentNode | undefined {
  try {
    return parse(query, { maxTokens });
  } catch (error) {
    // The parser calls itself as deep as the document is; RangeError is the end of the stack.
    if (error instanceof GraphQLError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function typeOf(document: DocumentNode, name?: string): OperationTypeNode | undefined {
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  if (!name) return operations.length === 1 ? operations[0]?.operation : undefined;
  return operations.find((operation) => operation.name?.value === name)?.operation;
}
