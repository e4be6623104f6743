import { refuseLongEmail } from '../input/email.js';
import { checkName, checkPhone } from '@stampede/shared/input';
import { refuseWeakPassword } from '../passwords/refuse-weak-password.js';
import type { SignUpInput } from './sign-up-input.js';

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
