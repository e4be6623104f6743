import type { Database } from '@stampede/shared/database';
import { openMetrics, type Log } from '@stampede/shared/telemetry';
import { Unavailable } from '@stampede/shared/errors';
import type { Sealer } from '@stampede/shared/sealing';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { z } from 'zod';
import { letter } from '../src/mail/letter.js';
import type { Compose } from '../src/mail/compose.js';
import { openMailSender, type MailSenderOptions } from '../src/mail/mail-sender.js';
import { readSender } from '../src/mail/address.js';
import { PUBLIC_URL } from './open-user.js';

export interface TestMailServer extends AsyncDisposable {
  url: string;
  port: number;
  received: { to: string; raw: string; mail: Email }[];
  /** How often somebody asked to send to an address. */
  asked: string[];
}

/** What a server says instead of taking a mail. */
export interface Refusals {
  /** To RCPT TO; undefined takes it. */
  recipient?: (address: string) => { code: number; text: string } | undefined;
  /** Called when the whole mail has come; what it throws, is answered. */
  data?: () => void | Promise<void>;
}

export async function openTestMailServer(
  port = 0,
  { recipient, data }: Refusals = {},
): Promise<TestMailServer> {
  const received: TestMailServer['received'] = [];
  const asked: string[] = [];
  const take = async (stream: SMTPServerDataStream, { envelope }: SMTPServerSession) => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    await data?.();
    const raw = Buffer.concat(chunks).toString('utf8');
    const mail = await PostalMime.parse(raw);
    for (const { address } of envelope.rcptTo) received.push({ to: address, raw, mail });
  };
  const answer = async (
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    callback: (error?: Error) => void,
  ) => {
    try {
      await take(stream, session);
      callback();
    } catch (error) {
      callback(error as Error);
    }
  };
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: true,
    closeTimeout: 10,
    onRcptTo: ({ address }, _, callback) => {
      asked.push(address);
      const refusal = recipient?.(address);
      callback(refusal && Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
    },
    onData: (stream, session, callback) => void answer(stream, session, callback),
  });
  // A client that goes away in the middle is one of the cases.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    port: address.port,
    received,
    asked,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(resolve)),
  };
}

export interface SenderUnderTest extends AsyncDisposable {
  /** What was logged, as text. */
  logged(): string;
  metric(line: string): Promise<string | undefined>;
}

/** Letters that say the same whatever the database holds. */
const plain =
  (path: string): Compose =>
  ({ language, content }) => {
    const { token } = z.object({ token: z.string().regex(/^[\w-]{43}$/) }).parse(content);
    const subject = language === 'ko' ? '확인' : 'Confirm';
    const button = { label: subject, url: `${PUBLIC_URL}${path}?token=${token}` };
    return Promise.resolve(letter({ language, subject, paragraphs: [subject], button }));
  };
const letters = {
  'sign-up': plain('/verify-email'),
  'reset-password': plain('/reset-password'),
  'verify-address': plain('/verify-email'),
};

/** Composes what needs nobody else. */
export const OTHERS_AWAY = {
  readOpeningSale: () => Promise.reject(new Unavailable('catalog')),
  readOrderLetter: () => Promise.reject(new Unavailable('order')),
};

/** A sender as the service's process has one, but for what `options` says. */
export function openSender(
  database: Database,
  sealer: Sealer,
  smtpUrl: string,
  options: Partial<Pick<MailSenderOptions, 'letters' | 'readOrderLetter'>> = { letters },
): SenderUnderTest {
  const lines: string[] = [];
  // Everything of an error, also what a logger would leave out.
  const write = (...said: unknown[]) => void lines.push(inspect(said, { depth: null }));
  const log = { trace: write, debug: write, info: write, warn: write, error: write } as unknown as Log;
  const metrics = openMetrics('user');
  const mailFrom = readSender('스탬피드 <no-reply@stampede.test>');
  if (!mailFrom) throw new Error('no sender');
  const parts = { database, sealer, publicUrl: PUBLIC_URL, ...OTHERS_AWAY, log, metrics };
  const sender = openMailSender({ ...parts, smtpUrl, mailFrom, requireTls: false, ...options });
  return {
    logged: () => lines.join(''),
    metric: async (name) => {
      const text = await metrics.registry.metrics();
      return text.split('\n').find((line) => line.startsWith(`stampede_${name}`));
    },
    [Symbol.asyncDispose]: () => sender.close(),
  };
}
