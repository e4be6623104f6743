import { GraphQLError, Kind, parse, type OperationDefinitionNode } from 'graphql';
import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Everything that is wrong with a manifest, listed at once. */
export class ManifestError extends Error {
  constructor(readonly problems: string[]) {
    super(`The manifest is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ManifestError';
  }
}

/** The operations that clients were built with. */
export interface Manifest {
  /** The texts. */
  bodies: ReadonlySet<string>;
  /** Texts by what clients call them: the id of the manifest, and the SHA-256 of the text, in hexadecimal. */
  byKey: ReadonlyMap<string, string>;
}

const listed = z.object({
  id: z.string().min(1),
  name: z.string().min(1),
  type: z.enum(['query', 'mutation', 'subscription']),
  body: z.string().min(1),
});

type Listed = z.infer<typeof listed>;

/** As `@apollo/generate-persisted-query-manifest` writes it. */
const form = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(listed),
});

/** Reads a manifest. @throws ManifestError with every problem listed, not just the first. */
export function readManifest(text: string): Manifest {
  const { operations } = formOf(text);
  const problems: string[] = [];
  const byKey = new Map<string, string>();
  for (const operation of operations) {
    const { id, body } = operation;
    const problem = problemOf(operation);
    if (problem) problems.push(`${id}: ${problem}`);
    for (const key of new Set([id, createHash('sha256').update(body).digest('hex')])) {
      if ((byKey.get(key) ?? body) !== body) problems.push(`${id}: is another operation, too`);
      byKey.set(key, body);
    }
  }
  if (problems.length > 0) throw new ManifestError(problems);
  return { bodies: new Set(byKey.values()), byKey };
}

function formOf(text: string): z.infer<typeof form> {
  try {
    const { data, error } = form.safeParse(JSON.parse(text));
    if (data) return data;
    throw new ManifestError(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`));
  } catch (error) {
    if (error instanceof SyntaxError) throw new ManifestError(['it is not JSON']);
    throw error;
  }
}

/** Of a text with several operations a client would choose what its id stands for. */
function problemOf({ body, name, type }: Listed): string | undefined {
  const operations = operationsOf(body);
  if (!operations) return 'its body is not GraphQL';
  const [operation] = operations;
  if (!operation || operations.length > 1) return `its body has ${operations.length} operations, not one`;
  if (operation.name?.value !== name) return `its body is not named ${name}`;
  const found: string = operation.operation;
  return found === type ? undefined : `its body is a ${found}, not a ${type}`;
}

function operationsOf(body: string): OperationDefinitionNode[] | undefined {
  try {
    const { definitions } = parse(body, { noLocation: true });
    return definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}
