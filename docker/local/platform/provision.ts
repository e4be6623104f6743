import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../home.ts';
import { serviceRoles, type Secrets } from '../secrets.ts';
import { databaseName } from './services.ts';

/** Makes the platform's database, with a role and a schema per service, where they are missing. */
export async function provisionDatabase(adminUrl: string, secrets: Secrets): Promise<void> {
  const passwords = serviceRoles.map((role) => [
    `ROLE_PASSWORD_${role.toUpperCase()}`,
    secrets.rolePasswords[role],
  ]);
  const script = join(root, 'shared', 'dist', 'database', 'provision-cli.js');
  const env = {
    ...process.env,
    ...Object.fromEntries(passwords),
    ADMIN_DATABASE_URL: adminUrl,
    DATABASE_NAME: databaseName,
  };
  try {
    await promisify(execFile)(process.execPath, [script], { env, timeout: 60_000 });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`The database could not be provisioned:\n${stderr || message}`, { cause: error });
  }
}
