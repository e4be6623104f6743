/** Where a demo is played. */
export interface DemoPlatform {
  gatewayUrl: string;
  emulatorsUrl: string;
}

const signIn = `
  mutation DemoSignIn($input: SignInInput!) {
    signIn(input: $input) { __typename ... on AuthSession { accessToken } ... on Rejection { message } }
  }`;

interface SignInResponse {
  data?: { signIn?: { __typename: string; accessToken?: string; message?: string } };
  errors?: { message: string }[];
}

/**
 * Plays the demo through the published API, as anybody could. Each step may be repeated by the next start.
 * @throws Error that says which step was refused
 */
export async function seedDemo({ gatewayUrl }: DemoPlatform): Promise<void> {
  await signInAs(gatewayUrl, 'seller@stampede.test');
}

async function signInAs(gatewayUrl: string, email: string): Promise<string> {
  const variables = { input: { email, password: 'stampede-demo', device: 'demo' } };
  const response = await fetch(`${gatewayUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: signIn, variables }),
    signal: AbortSignal.timeout(15_000),
  });
  const { data, errors } = (await response.json()) as SignInResponse;
  const token = data?.signIn?.accessToken;
  if (token) return token;
  const reason = data?.signIn?.message ?? errors?.map((error) => error.message).join('; ') ?? response.status;
  throw new Error(`The demo's ${email} cannot sign in: ${reason}`);
}
