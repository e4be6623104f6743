import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';

/** The repository's. */
export const root = resolve(import.meta.dirname, '..', '..');

/** A YAML document's value, of which nothing is known yet. */
// oxlint-disable-next-line typescript/no-explicit-any -- schemas say what it is
export type Value = any;

/** Reads every document of a YAML file, given by its path in `folder`. @throws Error for what is not YAML */
export function readDocuments(path: string, folder = root): Value[] {
  return parseAllDocuments(readFileSync(join(folder, path), 'utf8'), { merge: true }).map((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`${path}: ${error.message}`);
    return document.toJS();
  });
}

export const yamlFiles = (folder: string): string[] => globSync('**/*.yaml', { cwd: folder }).sort();
