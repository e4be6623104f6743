// Part of `npm run check`: every workspace asks for the same, exact version of a dependency, and what must be
// one instance at run time is installed once.
import { globSync, readFileSync } from 'node:fs';

/** Two instances of these in one process break instanceof, registries and pools. */
const SINGLE = [
  'graphql',
  'type-graphql',
  'reflect-metadata',
  'pg',
  'ioredis',
  'prom-client',
  'zod',
  'undici',
];

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const root = read('package.json');
const manifests = [
  'package.json',
  ...root.workspaces.flatMap((folder) => globSync(`${folder}/package.json`)),
];
const problems = [];
const wanted = new Map();
for (const file of manifests) {
  const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = read(file);
  for (const [name, version] of Object.entries({
    ...dependencies,
    ...devDependencies,
    ...optionalDependencies,
  })) {
    if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      problems.push(`${file}: ${name} is not pinned (${version})`);
    const first = wanted.get(name) ?? { file, version };
    wanted.set(name, first);
    if (first.version !== version) {
      problems.push(`${name}: ${first.version} in ${first.file}, ${version} in ${file}`);
    }
  }
}
for (const name of SINGLE) {
  const places = Object.keys(read('package-lock.json').packages).filter((path) =>
    path.endsWith(`node_modules/${name}`),
  );
  if (places.length > 1) problems.push(`${name} is installed ${places.length} times: ${places.join(', ')}`);
}
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
