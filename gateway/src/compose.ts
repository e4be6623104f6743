import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CompositionFailed, composeSubgraphs } from './composition/compose-subgraphs.js';
import { SUBGRAPHS } from './env.js';

/**
 * Composes the subgraphs' emitted schemas into `dist/supergraph.graphql`. `--write` also writes the committed
 * `api.graphql` that it publishes, `--compare` fails when that differs; `--from` names another folder of subgraphs.
 */
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: { write: { type: 'boolean' }, compare: { type: 'boolean' }, from: { type: 'string' } },
});

try {
  const { supergraphSdl, apiSdl } = await composeSubgraphs(values.from ?? here('../../subgraphs'), SUBGRAPHS);
  const api = here('../api.graphql');
  writeFileSync(here('supergraph.graphql'), supergraphSdl);
  if (values.write) writeFileSync(api, apiSdl);
  if (values.compare && contentOf(api) !== apiSdl) {
    fail(`${api} is not what the subgraphs compose to: run \`npm run schema\` and commit the difference.`);
  }
} catch (error) {
  if (!(error instanceof CompositionFailed)) throw error;
  fail(error.message);
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
