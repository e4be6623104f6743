// Part of `npm run check`: no dependency has an advisory that nobody has answered for, and none that this project names
// comes back by a downgrade. Where the registry keeps no advisories, only the second is looked at, and said so.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { broughtBack } from './audit/advisories.mjs';
import { isReport, judge } from './audit/judge.mjs';

/** Milliseconds: a check before each commit waits for no slow registry. */
const PATIENCE = 10_000;

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const here = (name) => new URL(name, import.meta.url);

/** npm exits with 1 where it has found something, and writes its report all the same. */
const audit = (...options) =>
  new Promise((resolve) => {
    const given = ['audit', '--json', '--fetch-retries=0', ...options];
    execFile('npm', given, { timeout: PATIENCE, maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => {
      try {
        resolve(JSON.parse(stdout));
      } catch {
        resolve({ message: error?.message ?? 'npm audit wrote no report' });
      }
    });
  });

const problems = broughtBack(read(here('advisories.json')), read('package-lock.json'));
const production = await audit('--omit=dev');
const development = isReport(production) ? await audit() : production;
if (isReport(production) && isReport(development)) {
  const today = new Date().toISOString().slice(0, 10);
  problems.push(...judge({ production, development }, read(here('audit-exceptions.json')), today));
} else {
  const why = String(development.message ?? development.error?.summary).split('\n')[0];
  process.stderr.write(
    `npm audit: the registry tells no advisories (${why}); only those of .ci/advisories.json were looked for\n`,
  );
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
