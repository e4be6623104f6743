import { Buyer, eventually, type Shop } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';

const PASSWORD = 'seven green umbrellas';
const SESSION = '... on AuthSession { accessToken user { id } }';

interface Mail {
  subject: string;
  text: string;
  links: string[];
}

/** Somebody who has signed up by mail, in Korean, and signs in on as many devices as they have. */
export async function signUp(shop: Shop) {
  const email = `${randomUUID()}@example.com`;
  const ask = async (query: string, input: object) => {
    const { data, errors } = await shop.client.send(query, { input }, { 'accept-language': 'ko' });
    if (errors) throw new Error(JSON.stringify(errors));
    return Object.values(data as Record<string, unknown>)[0];
  };
  /** The newest first. */
  const mails = async (): Promise<Mail[]> => {
    const response = await fetch(`${shop.emulatorsUrl}/mail?to=${encodeURIComponent(email)}`);
    return (await response.json()) as Mail[];
  };
  await ask('mutation ($input: SignUpInput!) { signUp(input: $input) { email } }', {
    email,
    password: PASSWORD,
    name: '김하나',
  });
  const link = await eventually(async () => {
    const [mail] = await mails();
    if (!mail?.links[0]) throw new Error(`nothing was mailed to ${email}`);
    return new URL(mail.links[0]);
  });
  const token = link.searchParams.get('token');
  const { data } = await shop.client.send(
    'mutation ($token: String!) { verifyEmail(token: $token) { __typename } }',
    { token },
  );
  if (data?.verifyEmail?.__typename !== 'AuthSession')
    throw new Error(`not verified: ${JSON.stringify(data)}`);
  return {
    mails,
    signIn: async (device: string): Promise<Buyer> => {
      const query = `mutation ($input: SignInInput!) { signIn(input: $input) { ${SESSION} } }`;
      const session = (await ask(query, { email, password: PASSWORD, device })) as {
        accessToken: string;
        user: { id: string };
      };
      const { accessToken, user } = session;
      const { sid } = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as {
        sid: string;
      };
      return new Buyer({ id: user.id, email, accessToken, sessionId: sid }, shop.client);
    },
  };
}
