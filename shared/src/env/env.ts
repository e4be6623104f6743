import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { metaOf, productionProblems } from './production.js';

/** Everything that is wrong with a process' environment, listed at once. */
export class EnvironmentError extends Error {
  constructor(readonly problems: string[]) {
    super(`The environment is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'EnvironmentError';
  }
}

type Source = Record<string, string | undefined>;

/**
 * Reads a process' settings, once, at boot.
 *
 * `NAME_FILE` may stand for any `NAME`: its content, trimmed, is the value (the convention of container
 * secrets). With `NODE_ENV=production`, local secrets, demo data, plain-http providers and what else a
 * field's `meta` says are refused. A field `NAME_URLS` whose `meta` says `orOne` may be given as `NAME_URL`.
 *
 * @throws EnvironmentError with every problem listed, not just the first.
 */
export function readEnv<Shape extends z.ZodRawShape>(
  shape: Shape,
  source: Source = process.env,
): z.infer<z.ZodObject<Shape>> {
  const problems: string[] = [];
  const values: Source = {};
  /** By field: as what it was given, or is to be. */
  const givenAs = new Map<string, string>();
  for (const [name, field] of Object.entries(shape)) {
    const names = metaOf(field).orOne ? [name.slice(0, -1), name] : [name];
    for (const one of names) {
      // An empty one is as good as none: compose files pass what is unset that way.
      // A setting whose own name ends in `_FILE` is no other one's content.
      const value = source[one] || (`${one}_FILE` in shape ? '' : readFromFile(one, source, problems));
      if (value === undefined || value === '') continue;
      if (values[name] !== undefined) problems.push(`${one}: ${givenAs.get(name)} is given, too`);
      givenAs.set(name, one);
      values[name] = value;
    }
    if (!givenAs.has(name) && names[0]) givenAs.set(name, names[0]);
  }
  const parsed = z.object(shape).safeParse(values);
  if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => problemOf(issue, givenAs)));
  if (source.NODE_ENV === 'production') problems.push(...productionProblems(shape, values));
  if (!parsed.success || problems.length > 0) throw new EnvironmentError(problems);
  return parsed.data;
}

function problemOf({ path, message }: z.core.$ZodIssue, givenAs: ReadonlyMap<string, string>): string {
  const [name, ...within] = path.map(String);
  return `${[givenAs.get(name ?? '') ?? name, ...within].join('.')}: ${message}`;
}

function readFromFile(name: string, source: Source, problems: string[]): string | undefined {
  const path = source[`${name}_FILE`];
  if (path === undefined || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    problems.push(`${name}_FILE: ${(error as Error).message}`);
    return undefined;
  }
}

/** Runs `read`; on a bad environment prints its problems to stderr and exits with 1, without a stack. */
export function exitOnEnvironmentError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(1);
  }
}
