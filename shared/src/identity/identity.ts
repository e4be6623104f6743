export type Role = 'BUYER' | 'SELLER' | 'OPERATOR';

/** Who asks: nobody known, a signed-in person, or another service of the house. */
export type Identity =
  | { kind: 'anonymous' }
  | { kind: 'user'; userId: string; role: Role; sessionId: string }
  | { kind: 'service'; service: string };

export const ANONYMOUS: Identity = { kind: 'anonymous' };
