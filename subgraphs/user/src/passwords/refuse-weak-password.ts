import { badInput } from '@stampede/shared/errors';
import { isCommon } from './common-passwords.js';
import { normalPassword, passwordLength, refuseLongPassword, SHORTEST_PASSWORD } from './normal-password.js';

export interface NewPassword {
  /** Of the argument, for the refusal. */
  path: string;
  password: string;
  /** Whose it is to be: what they are called and where their mail goes is known to others. */
  owner: { name: string; email: string | null };
}

/** The rules of NIST SP 800-63B: long rather than colourful, and not what is tried first. @throws BAD_USER_INPUT */
export function refuseWeakPassword({ path, password, owner }: NewPassword): void {
  const normal = normalPassword(password);
  if (passwordLength(password) < SHORTEST_PASSWORD)
    throw badInput({ path, message: `has fewer than ${SHORTEST_PASSWORD} characters.` });
  refuseLongPassword(password, path);
  if (isCommon(normal)) throw badInput({ path, message: 'is one of the first that anybody would try.' });
  if (saysOnlyWhose(normal, owner))
    throw badInput({ path, message: 'says nothing but your name or your address.' });
}

/** Whether nothing but punctuation remains when everything that names its owner is taken out. */
function saysOnlyWhose(password: string, { name, email }: NewPassword['owner']): boolean {
  const words = [email ?? '', ...(email ?? '').split(/[@.]/u), name, ...name.split(/\s+/u)]
    .map((word) => normalPassword(word).toLowerCase())
    .filter((word) => Array.from(word).length > 1)
    .sort((one, other) => other.length - one.length);
  const folded = password.toLowerCase();
  const rest = words.reduce((left, word) => left.replaceAll(word, ''), folded);
  return rest !== folded && /^[\p{P}\p{Z}]*$/u.test(rest);
}
