import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHome, type Home } from '../home.ts';

/** A home that is removed at the end of its test. */
export function temporaryHome(): Home & Disposable {
  const home = openHome(mkdtempSync(join(tmpdir(), 'stampede-local-')));
  return { ...home, [Symbol.dispose]: () => rmSync(home.path, { recursive: true, force: true }) };
}
