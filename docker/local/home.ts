import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. */
export const root: string = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** One installation: its data, logs and pid files, independent of every other home's. */
export interface Home {
  path: string;
  /** Makes sure of a folder inside the home. */
  folder(name: string, mode?: number): string;
}

/**
 * Opens the installation at a folder, which is made when it is missing.
 * @param path relative to the checkout; default STAMPEDE_HOME, then `.stampede`
 */
export function openHome(path: string = process.env['STAMPEDE_HOME'] || '.stampede'): Home {
  const home = resolve(root, path);
  mkdirSync(home, { recursive: true });
  return {
    path: home,
    folder(name, mode = 0o755) {
      const folder = join(home, name);
      mkdirSync(folder, { recursive: true, mode });
      return folder;
    },
  };
}
