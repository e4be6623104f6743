import type { Sql } from '@stampede/shared/database';
import type { Language } from '@stampede/shared/identity';
import type { Sealer } from '@stampede/shared/sealing';
import { createAccount, findAccountByEmail, type Account } from '../account.entity.js';
import type { SocialProvider } from '../profile/user.type.js';
import type { Person } from './providers/login-provider.js';

const UNNAMED: Record<SocialProvider, Record<Language, string>> = {
  KAKAO: { en: 'Kakao user', ko: '카카오 사용자' },
  NAVER: { en: 'Naver user', ko: '네이버 사용자' },
};

/** The account of somebody who comes for the first time: the one with their proven address, or a new one. */
export async function accountOfPerson(
  sql: Sql,
  sealer: Sealer,
  person: Person,
  { provider, language }: { provider: SocialProvider; language: Language },
): Promise<Account> {
  const name = person.name ?? UNNAMED[provider][language];
  const proven = person.emailVerified ? person.email : null;
  const make = (email: string | null) => createAccount(sql, sealer, { name, email, language });
  const find = async (email: string) => {
    const account = await findAccountByEmail(sql, sealer, email);
    return account?.emailVerified ? account : undefined;
  };
  // Made by nobody when somebody proves the address at this moment, who is the same person.
  const made =
    proven === null
      ? await make(null)
      : ((await find(proven)) ?? (await make(proven)) ?? (await find(proven)));
  if (!made) throw new Error('an account could neither be made nor be found');
  if (person.email !== null && proven === null) await keepUnproven(sql, sealer, made.id, person.email);
  return made;
}

/**
 * An address that the provider does not vouch for is not the account's until mail to it is answered: it is kept where
 * nothing finds the account by it.
 */
async function keepUnproven(sql: Sql, sealer: Sealer, id: string, email: string): Promise<void> {
  const sealed = sealer.seal(email, { table: 'account', column: 'email', row: id });
  await sql.run(`UPDATE account SET email = $2 WHERE id = $1`, [id, sealed]);
}
