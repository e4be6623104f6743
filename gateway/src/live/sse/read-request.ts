import { badInput } from '@stampede/shared/errors';
import { readBody } from '@stampede/shared/http';
import { GraphQLError } from 'graphql';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { OperationRequest } from '../planning/index.js';

const request = z.object({
  query: z.string().min(1),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/**
 * Reads what is asked for, from the body or, by GET, from the address (GraphQL over HTTP).
 *
 * @returns what is wrong with it otherwise. @throws BodyTooLarge
 */
export async function readOperation(
  incoming: IncomingMessage,
  url: URL,
  bodyLimit: number,
): Promise<OperationRequest | GraphQLError> {
  const raw = incoming.method === 'GET' ? fromAddress(url) : await fromBody(incoming, bodyLimit);
  if (raw instanceof GraphQLError) return raw;
  const { data } = request.safeParse(raw);
  if (!data) return notUnderstood('it has no query, or its variables are no object.');
  const { query, variables, operationName } = data;
  return { query, variables: variables ?? {}, operationName: operationName ?? undefined };
}

function fromAddress({ searchParams }: URL): unknown {
  const variables = searchParams.get('variables');
  const read = variables === null ? undefined : parseJson(variables);
  if (read instanceof GraphQLError) return read;
  return {
    query: searchParams.get('query'),
    variables: read,
    operationName: searchParams.get('operationName'),
  };
}

/** A page of another site cannot send this type without the browser asking first. */
async function fromBody(incoming: IncomingMessage, limit: number): Promise<unknown> {
  const body = await readBody(incoming, limit);
  if (!/^application\/json\s*(;|$)/i.test(incoming.headers['content-type'] ?? '')) {
    return notUnderstood('the body is not sent as application/json.');
  }
  return parseJson(body.toString());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return notUnderstood('it is not JSON.');
    throw error;
  }
}

const notUnderstood = (message: string) => badInput({ path: 'request', message });
