// Part of `npm run check`: no tracked file holds what only a secret looks like. Local secrets say that they are
// (`local-only-`), and production refuses them.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { secretsIn } from './secrets/secrets-in.mjs';

/** Bytes beyond which a file is no source: bundles, captured data. */
const LONGEST = 1_000_000;

const problems = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'])
  .toString()
  .split('\0')
  .filter((path) => path !== '' && path !== 'package-lock.json')
  .flatMap((path) => {
    try {
      const bytes = readFileSync(path);
      if (bytes.length > LONGEST || bytes.includes(0)) return [];
      return secretsIn(bytes.toString()).map(({ line, kind }) => `${path}:${line}: ${kind}`);
    } catch (error) {
      // Deleted, and not committed yet; or a link to a folder.
      if (error.code === 'ENOENT' || error.code === 'EISDIR') return [];
      throw error;
    }
  });
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
