import { Unavailable } from '@stampede/shared/errors';
import { z } from 'zod';

/** A subgraph and the gateway do not understand each other: a defect, which a retry does not mend. */
export class UnusableAnswer extends Error {
  constructor(subgraph: string, what: string) {
    super(`${subgraph} ${what}`);
    this.name = 'UnusableAnswer';
  }
}

/** A subgraph takes no question for many, as one of another release does not: each may be asked for by itself. */
export class ManyRefused extends UnusableAnswer {
  constructor(subgraph: string, status: number) {
    super(subgraph, `refused a question for many (it answered ${status})`);
    this.name = 'ManyRefused';
  }
}

interface SubgraphError {
  message: string;
  path?: (string | number)[];
  extensions?: Record<string, unknown>;
}

const envelope = z.looseObject({
  data: z.unknown().optional(),
  errors: z.array(z.looseObject({ message: z.string().catch('') })).nullish(),
});

/**
 * Reads a subgraph's answer: its data, and its errors with their codes.
 *
 * @throws Unavailable when it is no GraphQL answer (a proxy's page, a half-sent text);
 *   UnusableAnswer when the subgraph refused the gateway rather than the client.
 */
export function readAnswer(subgraph: string, status: number, text: string) {
  return read(subgraph, status, parseJson(text));
}

/**
 * Reads a subgraph's answer to a question for many: one for each, or what became of it.
 *
 * @throws ManyRefused, and as {@link readAnswer}, when it is no answer to any of them.
 */
export function readAnswers(subgraph: string, status: number, text: string, count: number) {
  const answers = parseJson(text);
  if (!Array.isArray(answers)) {
    if (REFUSES_THE_FORM.has(status)) throw new ManyRefused(subgraph, status);
    read(subgraph, status, answers);
    throw new UnusableAnswer(subgraph, 'gave one answer to many requests');
  }
  if (answers.length !== count) {
    throw new UnusableAnswer(subgraph, `gave ${answers.length} answers to ${count} requests`);
  }
  return answers.map((answer: unknown): SubgraphAnswer | Error => {
    // As the status of an answer by itself would be: without data, nothing was executed.
    const refused = 'data' in (Object(answer) as object) ? 200 : 400;
    try {
      return read(subgraph, refused, answer);
    } catch (error) {
      return error as Error;
    }
  });
}

/** How servers refuse a request that they do not know; not that of a signature, or of too many. */
const REFUSES_THE_FORM = new Set([400, 404, 405, 413, 415, 422]);

function read(subgraph: string, status: number, answer: unknown) {
  const parsed = envelope.safeParse(answer);
  if (!parsed.success || status >= 502) {
    throw new Unavailable(`${subgraph} (it answered ${status})`, {
      retryAfterMs: comeAgain(parsed.data?.errors?.[0]),
    });
  }
  const data = (parsed.data.data ?? null) as Record<string, unknown> | null;
  const errors = (parsed.data.errors ?? []) as SubgraphError[];
  if (status === 401 || status === 403) {
    throw new UnusableAnswer(subgraph, `did not accept the gateway's signature: ${errors[0]?.message}`);
  }
  if (data === null && errors.length === 0) throw new UnusableAnswer(subgraph, 'answered nothing');
  if (errors.length === 0) return { data };
  return { data, errors: errors.map((error) => attribute(subgraph, status, error)) };
}

/** When, if it is one that has too much to do who says so. */
function comeAgain(error: object | undefined): number | undefined {
  const after = (error as SubgraphError | undefined)?.extensions?.retryAfterMs;
  return typeof after === 'number' ? after : undefined;
}

/** What a subgraph has answered: its data, and errors that name their codes. */
export type SubgraphAnswer = ReturnType<typeof read>;

/** How graphql-js says that a document does not fit the schema, rather than a value its type. */
const SCHEMA_PROBLEM = /^(Cannot query field|Unknown |Field "|Fragment |Variable "\$[^"]*" of type )/;

/**
 * What a subgraph refuses before executing it (400) is the client's mistake where it is about a value: those of
 * the subgraphs' own scalars (a mail address, a time) are first checked there. That it does not know a field means
 * that it runs another schema than was composed: the client asked rightly.
 */
function attribute(subgraph: string, status: number, error: SubgraphError): SubgraphError {
  const { code } = error.extensions ?? {};
  if (status !== 400 || code === 'BAD_USER_INPUT' || isAboutValue(error)) return error;
  throw new UnusableAnswer(subgraph, `refused a step of the query plan: ${error.message}`);
}

const isAboutValue = ({ message, extensions }: SubgraphError) =>
  extensions?.code === 'GRAPHQL_VALIDATION_FAILED' && !SCHEMA_PROBLEM.test(message);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
