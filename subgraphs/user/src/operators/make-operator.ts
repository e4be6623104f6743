import { openDatabase } from '@stampede/shared/database';
import { exitOnEnvironmentError } from '@stampede/shared/env';
import { openLog } from '@stampede/shared/telemetry';
import { createInterface } from 'node:readline';
import { findAccountByEmail } from '../account.entity.js';
import { readUserEnv } from '../env.js';
import { giveRole } from './give-role.js';

const USAGE = `Usage: node subgraphs/user/dist/operators/make-operator.js [EMAIL]

Makes the account of a verified address an OPERATOR and signs all of its devices out. Without EMAIL, it is
the first line of standard input: there nobody else reads it in the list of processes.
Reads the user service's environment.
`;

/** 0 done; 1 the environment or the database is not usable; 2 not called as it should be; 3 no such account. */
async function makeOperator([argument, ...others]: string[]): Promise<number> {
  const email = argument ?? (await readLine());
  if (others.length > 0 || !email.includes('@')) {
    process.stderr.write(USAGE);
    return 2;
  }
  const env = exitOnEnvironmentError(readUserEnv);
  const log = openLog('user', 'silent');
  const database = openDatabase({ url: env.DATABASE_URL, schema: 'user', log, maxConnections: 1 });
  try {
    const account = await findAccountByEmail(database, env.PERSONAL_DATA_KEYS, email);
    if (!account) return noSuchAccount();
    if (account.role === 'OPERATOR') return say('It is an operator’s account already.');
    const made = await database.transaction('make-operator', (tx) =>
      giveRole(tx, account.id, { role: 'OPERATOR' }),
    );
    return made ? say('Done. Whoever it is has to sign in again, and is an operator then.') : noSuchAccount();
  } catch (error) {
    process.stderr.write(`The database could not be asked: ${(error as Error).message}\n`);
    return 1;
  } finally {
    await database.close();
  }
}

async function readLine(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('Address: ');
  for await (const line of createInterface({ input: process.stdin })) return line.trim();
  return '';
}

function say(line: string): number {
  process.stdout.write(`${line}\n`);
  return 0;
}

function noSuchAccount(): number {
  process.stderr.write('No account has this verified address. Sign up in the shop first.\n');
  return 3;
}

process.exitCode = await makeOperator(process.argv.slice(2));
