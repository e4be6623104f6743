import { badInput } from '@stampede/shared/errors';
import { GraphQLError } from 'graphql';
import type { Safelist } from './safelist.js';

const NAMES = ['query', 'operationName', 'variables', 'extensions', 'id', 'documentId'];

/**
 * Takes a request by GET, as {@link Safelist.admit} does.
 *
 * @returns the address' search part, with the text that it stands for, and nothing of it twice; or why it is refused.
 */
export function admitAddress(safelist: Safelist, { search, searchParams }: URL): string | GraphQLError {
  const twice = NAMES.find((name) => searchParams.getAll(name).length > 1);
  if (twice !== undefined) return badInput({ path: 'request', message: `its address says ${twice} twice.` });
  const said = Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = searchParams.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const extensions = said.extensions === undefined ? undefined : objectOf(said.extensions);
  const sent: Record<string, unknown> = { ...said, ...(extensions && { extensions }) };
  const admitted = safelist.admit(sent);
  if (admitted instanceof GraphQLError) return admitted;
  if (admitted === sent) return search;
  const written = Object.entries(admitted).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return `?${new URLSearchParams(written).toString()}`;
}

function objectOf(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
