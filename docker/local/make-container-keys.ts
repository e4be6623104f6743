// Makes the secrets of a local run in containers, each in a file that NAME_FILE names, in the folder that is its
// argument. A second run leaves them as they are: what the database holds is sealed by them.
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newAccessTokenKey, newSecrets, serviceRoles } from './secrets.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('The folder of the keys is the one argument.');
const administrator = process.env['POSTGRESQL_PASSWORD'] ?? '';

const made = join(folder, 'made');
if (!existsSync(made)) {
  const { rolePasswords, identitySecret, personalDataKeys, paymentTokenKeys } = newSecrets();
  write('identity-secret', identitySecret);
  write('personal-data-keys', personalDataKeys);
  write('payment-token-keys', paymentTokenKeys);
  write('access-token-keys', newAccessTokenKey());
  for (const role of serviceRoles) {
    write(`password-${role}`, rolePasswords[role]);
    write(`database-url-${role}`, databaseUrl(`stampede_${role}`, rolePasswords[role], 'stampede'));
  }
  // The last one: a run that is cut off makes all of them anew, before any has been used.
  write('made', 'by docker/local/make-container-keys.ts');
}
// The one database that a new server has: the services' own is made over this connection.
write('admin-database-url', databaseUrl('postgres', administrator, 'postgres'));

function databaseUrl(role: string, password: string, database: string): string {
  return `postgres://${role}:${encodeURIComponent(password)}@postgresql:5432/${database}`;
}

function write(name: string, content: string): void {
  mkdirSync(folder!, { recursive: true });
  writeFileSync(join(folder!, `${name}.new`), content, { mode: 0o600 });
  renameSync(join(folder!, `${name}.new`), join(folder!, name));
}
