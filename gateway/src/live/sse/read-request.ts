import { badInput } from '@stampede/shared/errors';
import { GraphQLError } from 'graphql';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { NotJson, readJson } from '../../edge/read-json.js';
import type { OperationRequest } from '../planning/index.js';

const request = z.object({
  query: z.string().min(1),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/**
 * Reads what is asked for, from the body or, by GET, from the address (GraphQL over HTTP).
 *
 * @returns what is wrong with it otherwise. @throws BodyTooLarge, BodyEncoded
 */
export async function readOperation(
  incoming: IncomingMessage,
  url: URL,
  body: { limit: number; onRefused: (code: string) => void },
): Promise<OperationRequest | GraphQLError | NotJson> {
  const raw = incoming.method === 'GET' ? fromAddress(url) : await fromBody(incoming, body);
  if (raw instanceof GraphQLError || raw instanceof NotJson) return raw;
  const { data } = request.safeParse(raw);
  if (!data) return notUnderstood('it has no query, or its variables are no object.');
  const { query, variables, operationName } = data;
  return { query, variables: variables ?? {}, operationName: operationName ?? undefined };
}

const ADDRESSED = ['query', 'variables', 'operationName', 'extensions'];

function fromAddress({ searchParams }: URL): unknown {
  const twice = ADDRESSED.find((name) => searchParams.getAll(name).length > 1);
  if (twice !== undefined) return notUnderstood(`its address says ${twice} more than once.`);
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
async function fromBody(
  incoming: IncomingMessage,
  { limit, onRefused }: { limit: number; onRefused: (code: string) => void },
): Promise<unknown> {
  const body = await readJson(incoming, limit, onRefused);
  return body === undefined ? notUnderstood('the body is not sent as application/json.') : body;
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
