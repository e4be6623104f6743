import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

/** The key that signs, and the one before it: a client meets tokens of both while keys are rotated. */
const PUBLISHED = 2;

interface SigningKey {
  kid: string;
  privateKey: CryptoKey;
  published: JWK;
}

export interface SigningKeys {
  sign(claims: JWTPayload): Promise<string>;
  /** The JSON Web Key Set, the key that signs first. */
  published(): Promise<{ keys: JWK[] }>;
  rotate(): Promise<void>;
}

/** A provider's first key, of this process: a test that opens one emulator after the other waits for it once. */
const firstKeys = new Map<string, Promise<SigningKey>>();

function firstKeyOf(provider: string): Promise<SigningKey> {
  const first = firstKeys.get(provider) ?? newKey();
  firstKeys.set(provider, first);
  return first;
}

/** RS256 keys of one provider. The first is made when it is first needed, since making one takes a while. */
export function openSigningKeys(provider: string): SigningKeys {
  let keys: Promise<SigningKey[]> | undefined;
  const current = (): Promise<SigningKey[]> => (keys ??= firstKeyOf(provider).then((key) => [key]));

  return {
    async sign(claims) {
      const [key] = await current();
      if (!key) throw new Error('There is no key to sign with');
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.kid })
        .sign(key.privateKey);
    },
    published: async () => ({ keys: (await current()).map((key) => key.published) }),
    async rotate() {
      const before = current();
      keys = Promise.all([newKey(), before]).then(([key, old]) => [key, ...old].slice(0, PUBLISHED));
      await keys;
    },
  };
}

async function newKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { modulusLength: 2048 });
  const kid = randomBytes(15).toString('hex');
  const { n, e } = await exportJWK(publicKey);
  return { kid, privateKey, published: { kid, kty: 'RSA', alg: 'RS256', use: 'sig', n, e } };
}
