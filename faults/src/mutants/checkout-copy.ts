import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { occurrences, type Mutant } from './mutant.js';

/** The house's own packages, which have to be the copy's. */
const SCOPE = '@stampede';

/** A checkout like another one, in which anything may be broken. */
export interface CheckoutCopy {
  root: string;
  /** Breaks it. @returns puts it right again. @throws Error when the text does not stand there exactly once */
  apply(mutant: Mutant): () => void;
}

/**
 * Copies what git knows of a checkout, with what is changed there and what is built, beside its dependencies.
 * @param to a folder that is made anew
 */
export function copyCheckout(from: string, to: string): CheckoutCopy {
  rmSync(to, { recursive: true, force: true });
  for (const file of filesOf(from)) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(from, file), join(to, file));
  }
  const { workspaces } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as {
    workspaces: string[];
  };
  linkDependencies(from, to);
  for (const workspace of workspaces.flatMap((pattern) => foldersOf(from, pattern))) {
    const { name } = JSON.parse(readFileSync(join(from, workspace, 'package.json'), 'utf8')) as {
      name: string;
    };
    symlinkSync(join(to, workspace), join(to, 'node_modules', name));
    const entries = readdirSync(join(from, workspace));
    if (entries.includes('dist')) {
      cpSync(join(from, workspace, 'dist'), join(to, workspace, 'dist'), { recursive: true });
    }
    if (entries.includes('node_modules')) {
      symlinkSync(join(from, workspace, 'node_modules'), join(to, workspace, 'node_modules'));
    }
  }
  return { root: to, apply: (mutant) => apply(to, mutant) };
}

function apply(root: string, mutant: Mutant): () => void {
  const file = join(root, mutant.file);
  const content = readFileSync(file, 'utf8');
  const found = occurrences(content, mutant);
  if (found !== 1) throw new Error(`${mutant.mechanism}: its text stands ${found} times in ${mutant.file}`);
  writeFileSync(
    file,
    content.replace(mutant.text, () => mutant.replacement),
  );
  return () => writeFileSync(file, content);
}

/** Committed or not, but for what is deleted and what git ignores. */
function filesOf(root: string): string[] {
  const list = (...args: string[]) =>
    execFileSync('git', ['ls-files', '-z', ...args], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 })
      .split('\0')
      .filter(Boolean);
  const deleted = new Set(list('--deleted'));
  return list('--cached', '--others', '--exclude-standard').filter((file) => !deleted.has(file));
}

/** Each by itself: a link to the folder would lead back to the house's own packages over there. */
function linkDependencies(from: string, to: string): void {
  const source = join(from, 'node_modules');
  mkdirSync(join(to, 'node_modules', SCOPE), { recursive: true });
  for (const entry of readdirSync(source)) {
    if (entry !== SCOPE) symlinkSync(join(source, entry), join(to, 'node_modules', entry));
  }
}

const foldersOf = (root: string, pattern: string): string[] =>
  pattern.endsWith('/*')
    ? readdirSync(join(root, pattern.slice(0, -2))).map((name) => `${pattern.slice(0, -1)}${name}`)
    : [pattern];
