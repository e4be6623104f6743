import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Value } from '../documents.ts';

/** The Compose specification's own schema, as the linter dclint carries it. */
const folder = dirname(createRequire(import.meta.url).resolve('dclint/package.json'));
const { $schema: _, ...schema } = JSON.parse(
  readFileSync(join(folder, 'schemas', 'compose.schema.json'), 'utf8'),
) as Record<string, unknown>;

// Its formats ("duration", "ports") are named and defined nowhere.
const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);

/** What of a Compose file its published schema refuses. */
export function problemsOfComposeSchema(file: string, document: Value): string[] {
  if (validate(document)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${file}${instancePath}: ${message ?? 'refused'} ${JSON.stringify(params)}`,
  );
}
