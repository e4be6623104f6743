/** What is wrong with a secret that {@link isTyped}. */
export const TYPED = 'is no random secret: make one, as by `openssl rand -base64 48`';

/** Of 32 random characters, hexadecimal ones too, 13 and more differ; in all the time that there is none has fewer. */
const LEAST_DIFFERENT = 8;

/** Whether a secret has so few different characters that somebody typed it: one repeated, a word repeated. */
export const isTyped = (secret: string): boolean => new Set(secret.trim()).size < LEAST_DIFFERENT;

/** What images of these servers, their documentation and tutorials begin with. */
const KNOWN = new Set([
  'guest',
  'postgres',
  'password',
  'passw0rd',
  'admin',
  'root',
  'secret',
  'changeme',
  'test',
]);

/**
 * What is wrong with the password of a server's URL, of those that anybody would try first. One without a password may
 * have another proof: a certificate, a private network.
 */
export function passwordProblem(url: string): string | undefined {
  const { protocol = '', username = '', password = '' } = URL.parse(url) ?? {};
  // To RabbitMQ nobody is `guest`, whose password is that.
  if (protocol.startsWith('amqp') && username === '') return 'names no user: that is guest';
  const known = KNOWN.has(password.toLowerCase()) || (password !== '' && password === username);
  return known ? 'has a password that anybody would try first' : undefined;
}
