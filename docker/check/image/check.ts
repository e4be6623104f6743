import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../documents.ts';
import { emulators, services } from '../services.ts';
import { problemsOfDockerfile, type Repository } from './dockerfile.ts';

/** What is wrong with the image's Dockerfile in this repository. */
export function problemsOfImage(): string[] {
  return problemsOfDockerfile(readFileSync(join(root, 'docker', 'Dockerfile'), 'utf8'), repository());
}

/** What the Dockerfile has to know of the repository. */
export function repository(): Repository {
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    workspaces: string[];
  };
  const manifests = workspaces.flatMap((folder) => globSync(`${folder}/package.json`, { cwd: root }));
  return { workspaces: manifests.map((file) => dirname(file)), services, emulators, read: filesRead() };
}

/** Migrations, pages and the like, which code names by a URL that leads out of its `dist`. */
function filesRead(): string[] {
  const sources = globSync('{gateway,subgraphs/*,shared}/src/**/*.ts', {
    cwd: root,
    exclude: ['**/testing/**'],
  });
  return sources.flatMap((source) => {
    const text = readFileSync(join(root, source), 'utf8');
    const named = [...text.matchAll(/new URL\('(\.\.\/[^']+)', import\.meta\.url\)/g)];
    return named.map(([, path]) => join(dirname(source), path!));
  });
}
