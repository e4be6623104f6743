import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../home.ts';

export interface SystemUser {
  uid: number;
  gid: number;
}

/** Whom PostgreSQL runs as: it refuses root, and anybody else runs it as himself. */
export function postgresqlUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const fields = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = ['postgres', 'nobody']
    .map((name) => fields.find((field) => field[0] === name))
    .find((field) => field);
  if (!found)
    throw new Error('PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" here.');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

/**
 * PostgreSQL's folder of a home. Where its user cannot pass through to the home (it is below a private
 * folder, such as /root), a folder of its own under /var/tmp, which the home remembers.
 */
export function postgresqlFolder(home: Home, user: SystemUser | undefined): string {
  const inside = home.folder('postgresql');
  const note = join(home.path, 'postgresql.location');
  if (!user) return inside;
  if (existsSync(note)) {
    const recorded = readFileSync(note, 'utf8');
    if (existsSync(recorded)) return recorded;
  }
  chownSync(inside, user.uid, user.gid);
  if (canEnter(inside, user)) return inside;

  const elsewhere = mkdtempSync('/var/tmp/stampede-postgresql-');
  chownSync(elsewhere, user.uid, user.gid);
  chmodSync(elsewhere, 0o700);
  writeFileSync(note, elsewhere);
  return elsewhere;
}

function canEnter(folder: string, user: SystemUser): boolean {
  return spawnSync('test', ['-w', folder, '-a', '-x', folder], { cwd: '/', ...user }).status === 0;
}
