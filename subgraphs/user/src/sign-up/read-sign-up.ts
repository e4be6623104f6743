import { badInput } from '@stampede/shared/errors';
import { checkName, checkPhone } from '../input/person.js';
import { refuseWeakPassword } from '../passwords/refuse-weak-password.js';
import type { SignUpInput } from './sign-up.resolver.js';

/** RFC 5321, 4.5.3.1.3, less its angle brackets. */
const LONGEST_EMAIL = 254;

export interface SignUp {
  email: string;
  password: string;
  name: string;
  phone: string | null;
}

/** @throws BAD_USER_INPUT */
export function readSignUp({ email, password, name: givenName, phone: givenPhone }: SignUpInput): SignUp {
  refuseLongEmail(email, 'input.email');
  const name = checkName('input.name', givenName);
  const phone = givenPhone == null ? null : checkPhone('input.phone', givenPhone);
  refuseWeakPassword({ path: 'input.password', password, owner: { name, email } });
  return { email, password, name, phone };
}

/** @throws BAD_USER_INPUT */
export function refuseLongEmail(email: string, path: string): void {
  if (email.length > LONGEST_EMAIL)
    throw badInput({ path, message: `has more than ${LONGEST_EMAIL} characters.` });
}
