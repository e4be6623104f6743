import { badInput } from '@stampede/shared/errors';
import { GraphQLError } from 'graphql';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { NotJson, readJson } from '../../edge/read-json.js';
import type { Safelist } from '../../safelist/safelist.js';
import type { OperationRequest } from '../planning/index.js';

const request = z.object({
  query: z.string().min(1),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

interface BodyOptions {
  /** In bytes. */
  limit: number;
  /** Is told the code under which a body is refused that is not read. */
  onRefused: (code: string) => void;
}

/**
 * Reads what is asked for, from the body or, by GET, from the address (GraphQL over HTTP).
 *
 * @returns what is wrong with it otherwise. @throws BodyTooLarge, BodyEncoded
 */
export async function readOperation(
  incoming: IncomingMessage,
  url: URL,
  { safelist, ...body }: BodyOptions & { safelist: Pick<Safelist, 'admit'> | undefined },
): Promise<OperationRequest | GraphQLError | NotJson> {
  const raw = incoming.method === 'GET' ? fromAddress(url) : await fromBody(incoming, body);
  if (raw instanceof GraphQLError || raw instanceof NotJson) return raw;
  const admitted = safelist ? safelist.admit(raw) : raw;
  if (admitted instanceof GraphQLError) return admitted;
  const { data } = request.safeParse(admitted);
  if (!data) return notUnderstood('it has no query, or its variables are no object.');
  const { query, variables, operationName } = data;
  return { query, variables: variables ?? {}, operationName: operationName ?? undefined };
}

const ADDRESSED = ['query', 'variables', 'operationName', 'extensions', 'id', 'documentId'];

const READ_AS_JSON = ['variables', 'extensions'];

function fromAddress({ searchParams }: URL): unknown {
  const twice = ADDRESSED.find((name) => searchParams.getAll(name).length > 1);
  if (twice !== undefined) return notUnderstood(`its address says ${twice} more than once.`);
  const said: Record<string, unknown> = {};
  for (const name of ADDRESSED) {
    const text = searchParams.get(name);
    if (text === null) continue;
    const value = READ_AS_JSON.includes(name) ? parseJson(text) : text;
    if (value instanceof GraphQLError) return value;
    said[name] = value;
  }
  return said;
}

/** A page of another site cannot send this type without the browser asking first. */
async function fromBody(incoming: IncomingMessage, { limit, onRefused }: BodyOptions): Promise<unknown> {
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
