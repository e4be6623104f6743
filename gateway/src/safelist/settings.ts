import { EnvironmentError } from '@stampede/shared/env';
import { readFileSync } from 'node:fs';
import { ManifestError, readManifest } from './manifest.js';
import type { SafelistSettings } from './safelist.js';

interface Env {
  SAFELIST?: 'off' | 'log' | 'require' | undefined;
  SAFELIST_FILE?: string | undefined;
}

/**
 * Which operations may be run, by the settings: whoever gives a list and says no more means it to be kept to.
 *
 * @throws EnvironmentError when there is no list where there has to be one, or with all that is wrong with it.
 */
export function safelistOf({ SAFELIST, SAFELIST_FILE: file }: Env): SafelistSettings | undefined {
  const mode = SAFELIST ?? (file === undefined ? 'off' : 'require');
  if (mode === 'off') return undefined;
  if (file === undefined) throw new EnvironmentError([`SAFELIST_FILE: ${mode} needs the list`]);
  try {
    const text = readFileSync(file, 'utf8');
    readManifest(text);
    return { mode, file, text };
  } catch (error) {
    const problems = error instanceof ManifestError ? error.problems : [(error as Error).message];
    throw new EnvironmentError(problems.map((problem) => `SAFELIST_FILE: ${problem}`));
  }
}
