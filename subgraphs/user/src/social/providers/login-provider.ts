/** Where a provider is, and as whom it knows us. */
export interface ProviderOptions {
  issuer: string;
  apiUrl: string;
  clientId: string;
  clientSecret?: string | undefined;
  allowHttp: boolean;
  timeoutMs: number;
}

/** What a provider says of who has just signed in there. */
export interface Person {
  /** The provider's own, of one person, for good. */
  subject: string;
  name: string | null;
  /** An address, and whether the provider has seen that mail to it reaches the person. */
  email: string | null;
  emailVerified: boolean;
}

/** One sign-in at a provider, from beginning to end. */
export interface Attempt {
  redirectUri: string;
  state: string;
  nonce: string;
  codeVerifier: string;
}

export interface Exchanged {
  subject: string;
  accessToken: string;
}

/** Who else can vouch for a person: Kakao, Naver. */
export interface LoginProvider {
  /** Where to send the person's browser. @throws Error while the provider is out of reach. */
  authorizeUrl(attempt: Attempt): Promise<URL>;
  /** What a code is good for, once. @throws Error when the provider refuses it, or says what cannot be trusted. */
  exchange(attempt: Attempt, code: string): Promise<Exchanged>;
  /** Who that is. @throws Error when the provider does not say so. */
  profile(exchanged: Exchanged): Promise<Person>;
}
