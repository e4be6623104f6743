import { badInput } from '@stampede/shared/errors';
import { refuseWeakPassword } from '../passwords/refuse-weak-password.js';
import type { SignUpInput } from './sign-up.resolver.js';

const LONGEST_NAME = 100;
/** RFC 5321, 4.5.3.1.3, less its angle brackets. */
const LONGEST_EMAIL = 254;
const PHONE = /^(?=.{5,32}$)\+?[0-9][0-9 -]*[0-9]$/;

export interface SignUp {
  email: string;
  password: string;
  name: string;
  phone: string | null;
}

/** @throws BAD_USER_INPUT */
export function readSignUp({ email, password, name: givenName, phone: givenPhone }: SignUpInput): SignUp {
  refuseLongEmail(email, 'input.email');
  const name = readName(givenName, 'input.name');
  const phone = givenPhone == null ? null : readPhone(givenPhone, 'input.phone');
  refuseWeakPassword({ path: 'input.password', password, owner: { name, email } });
  return { email, password, name, phone };
}

/** @throws BAD_USER_INPUT */
export function refuseLongEmail(email: string, path: string): void {
  if (email.length > LONGEST_EMAIL)
    throw badInput({ path, message: `has more than ${LONGEST_EMAIL} characters.` });
}

/** @throws BAD_USER_INPUT */
export function readName(text: string, path: string): string {
  const name = text.trim();
  if (/[\p{Cc}\p{Surrogate}]/u.test(name)) throw badInput({ path, message: 'has control characters in it.' });
  if (!/[^\p{Z}\p{C}]/u.test(name)) throw badInput({ path, message: 'is empty.' });
  if (name.length > LONGEST_NAME)
    throw badInput({ path, message: `has more than ${LONGEST_NAME} characters.` });
  return name;
}

/** @throws BAD_USER_INPUT */
export function readPhone(text: string, path: string): string {
  const phone = text.trim();
  if (!PHONE.test(phone))
    throw badInput({ path, message: 'takes 5 to 32 digits, spaces and dashes, and a + before them.' });
  return phone;
}
