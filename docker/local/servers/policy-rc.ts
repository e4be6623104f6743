import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

const policy = '/usr/sbin/policy-rc.d';
const aside = '/usr/sbin/policy-rc.d.before-stampede';
const mark = '# Put here by Stampede while it installs packages.';

/**
 * Runs an installation during which Debian's packages start no service. Their installation scripts ask
 * policy-rc.d, by init and by systemd alike; 101 means "forbidden" (see invoke-rc.d(8)).
 */
export async function withoutStartingServices(install: () => Promise<void>): Promise<void> {
  restore();
  if (alreadyForbids()) return install();
  if (existsSync(policy)) renameSync(policy, aside);
  writeFileSync(policy, `#!/bin/sh\n${mark}\nexit 101\n`, { mode: 0o755 });
  try {
    await install();
  } finally {
    restore();
  }
}

/** Also undoes what an installation that was killed has left. */
function restore(): void {
  if (existsSync(policy) && readFileSync(policy, 'utf8').includes(mark)) rmSync(policy);
  if (existsSync(aside)) renameSync(aside, policy);
}

function alreadyForbids(): boolean {
  return existsSync(policy) && spawnSync(policy, ['redis-server', 'start']).status === 101;
}
