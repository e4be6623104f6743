import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../documents.ts';
import type { Resource } from './resources.ts';

/**
 * Names in manifests that the API does not know, and which a cluster would drop in silence: the published schemas
 * allow any. The compiler finds them, in literals of the API's types.
 */
export function problemsOfFields(resources: Resource[]): string[] {
  const folder = join(root, 'docker', 'check', 'dist', `manifests-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    const file = join(folder, 'manifests.ts');
    const literals = resources.map(literal);
    writeFileSync(file, `${literals.join('\n')}\n`);
    const args = ['--noEmit', '--skipLibCheck', '--module', 'nodenext', '--strict', '--ignoreConfig', file];
    const tsc = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), args, { cwd: root, encoding: 'utf8' });
    if (tsc.error) throw tsc.error;
    if (tsc.status === 0) return [];
    const found = [...tsc.stdout.matchAll(/manifests\.ts\((\d+),\d+\): error (.*)/g)];
    return found.length > 0
      ? found.map(([, line, text]) => `${origin(resources[Number(line) - 1])}: ${text}`)
      : [`tsc: ${tsc.stdout}${tsc.stderr}`];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One line each, so that an error's line tells the resource. */
function literal({ value }: Resource): string {
  const type = `import('kubernetes-models/${value.apiVersion}/${value.kind}').I${value.kind}`;
  return `export const _${Math.random().toString(36).slice(2)}: ${type} = ${JSON.stringify(value)};`;
}

const origin = (resource: Resource | undefined): string =>
  resource === undefined
    ? 'manifests'
    : `${resource.file}: ${resource.value.kind} ${resource.value.metadata?.name}`;
