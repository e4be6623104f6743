import { composeServices } from '@apollo/composition';
import { lexicographicSortSchema, parse, printSchema, Source } from 'graphql';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openFederation } from '../graphql/federation.js';

export interface Composed {
  /** What the gateway starts from. */
  supergraphSdl: string;
  /** What clients may use, sorted: without the fields that only services of the house may ask for. */
  apiSdl: string;
}

/** Everything that keeps the subgraphs from making one graph. */
export class CompositionFailed extends Error {
  constructor(readonly problems: string[]) {
    super(`The subgraphs do not compose:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'CompositionFailed';
  }
}

/**
 * Composes the emitted schemas `FOLDER/NAME/*.graphql` of the named subgraphs.
 *
 * @throws CompositionFailed with every problem, not just the first.
 */
export async function composeSubgraphs(folder: string, names: readonly string[]): Promise<Composed> {
  const problems = names
    .filter((name) => schemaFiles(folder, name).length === 0)
    .map((name) => `${name}: has emitted no schema into ${join(folder, name)}`);
  if (problems.length > 0) throw new CompositionFailed(problems);

  const services = names.map((name) => ({
    name,
    url: `http://${name}/`,
    typeDefs: parseSchema(folder, name),
  }));
  const { supergraphSdl, errors = [] } = composeServices(services);
  if (!supergraphSdl) throw new CompositionFailed(errors.map(describe));
  return { supergraphSdl: `${supergraphSdl.trimEnd()}\n`, apiSdl: await publishedApi(supergraphSdl) };
}

const schemaFiles = (folder: string, name: string) =>
  readdirSync(join(folder, name), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.graphql'))
    .map((entry) => join(folder, name, entry.name))
    .sort();

function parseSchema(folder: string, name: string) {
  const text = schemaFiles(folder, name)
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  return parse(new Source(text, name));
}

const describe = ({ message, extensions }: { message: string; extensions: { code?: unknown } }) =>
  `${typeof extensions.code === 'string' ? `${extensions.code}: ` : ''}${message}`;

/** Loaded by the gateway itself, so that a supergraph it would refuse at start already fails here. */
async function publishedApi(supergraphSdl: string): Promise<string> {
  const federation = openFederation({
    supergraphSdl,
    buildService: ({ name }) => ({ process: () => Promise.reject(new Error(`${name} is not asked here`)) }),
    exposeQueryPlans: false,
  });
  const { schema } = await federation.load();
  await federation.stop();
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
