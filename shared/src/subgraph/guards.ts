import { forbidden, unauthenticated } from '../errors/index.js';
import type { Identity, Role } from '../identity/index.js';

type User = Extract<Identity, { kind: 'user' }>;

/** The signed-in person. @throws UNAUTHENTICATED */
export function requireUser({ identity }: { identity: Identity }): User {
  if (identity.kind !== 'user') throw unauthenticated();
  return identity;
}

/** The signed-in person, in one of these roles. @throws UNAUTHENTICATED, FORBIDDEN */
export function requireRole(context: { identity: Identity }, ...roles: Role[]): User {
  const user = requireUser(context);
  if (!roles.includes(user.role)) throw forbidden();
  return user;
}

/** Lets only another service of the house through, for fields that the published API does not have. @throws FORBIDDEN */
export function requireService({ identity }: { identity: Identity }, ...services: string[]): void {
  if (identity.kind !== 'service' || !services.includes(identity.service)) throw forbidden();
}
