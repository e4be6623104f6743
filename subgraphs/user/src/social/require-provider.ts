import { badInput } from '@stampede/shared/errors';
import type { SocialProvider } from '../profile/user.type.js';
import type { LoginProvider } from './providers/login-provider.js';
import type { LoginProviders } from './providers/open-providers.js';

/** @throws BAD_USER_INPUT for a provider that is switched off. */
export function requireProvider(
  providers: LoginProviders,
  provider: SocialProvider,
  path: string,
): LoginProvider {
  const login = providers[provider];
  if (!login) throw badInput({ path, message: `${provider} sign-in is not switched on here.` });
  return login;
}
