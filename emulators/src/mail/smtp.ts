import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Fault, FaultOf, Faults } from '../faults.js';
import { linksIn } from './links.js';
import type { MailBox } from './mail-box.js';

const MAX_BYTES = 5 * 1024 * 1024;

export interface SmtpOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  faults: Faults;
  mailBox: MailBox;
  now: () => Date;
}

export interface Smtp {
  url: string;
  close(): Promise<void>;
}

type Answer = (error?: Error | null) => void;
type MailFault = Fault<FaultOf<'mail'>>;

/** A mail server that takes every mail, from anybody, and passes none on. */
export async function openSmtp({ host, port, faults, mailBox, now }: SmtpOptions): Promise<Smtp> {
  const sockets = new Map<number, Socket>();
  /** By what MAIL FROM said, which is another object for each mail. */
  const met = new WeakMap<object, MailFault | undefined>();

  /** One a mail, however many it goes to. */
  function faultOf({ envelope: { mailFrom } }: SMTPServerSession): MailFault | undefined {
    if (!mailFrom) return undefined;
    if (!met.has(mailFrom)) met.set(mailFrom, faults.take('mail', 'send'));
    return met.get(mailFrom);
  }

  function withhold(session: SMTPServerSession, { delayMs }: MailFault): void {
    if (delayMs > 0) setTimeout(() => sockets.get(session.remotePort)?.destroy(), delayMs).unref();
  }

  function recipient(session: SMTPServerSession, answer: Answer): void {
    const fault = faultOf(session);
    if (fault?.fault === 'timeout-before') withhold(session, fault);
    else if (fault?.fault === 'error-500') later(fault, () => answer(refusal(451, 'Error: try again later')));
    else if (fault?.fault === 'decline') later(fault, () => answer(refusal(550, '5.1.1 no such recipient')));
    else answer();
  }

  async function take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) if (!stream.sizeExceeded) chunks.push(chunk);
    if (stream.sizeExceeded) throw refusal(552, `Error: a mail has ${MAX_BYTES} bytes at most`);
    const { from, subject = '', text = '', html = '' } = await parse(Buffer.concat(chunks));
    for (const { address: to } of session.envelope.rcptTo) {
      const links = linksIn(text, html);
      mailBox.add({ to, from: from?.address ?? '', subject, text, html, links, receivedAt: now() });
    }
  }

  async function receive(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    answer: Answer,
  ): Promise<void> {
    const fault = faultOf(session);
    try {
      await take(stream, session);
    } catch (error) {
      return answer(error as Error);
    }
    if (fault?.fault === 'timeout-after') withhold(session, fault);
    else answer();
  }

  const server = new SMTPServer({
    name: 'emulators',
    // Whoever has credentials needs none here, and a certificate would have to be trusted.
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_BYTES,
    onRcptTo: (_, session, answer) => recipient(session, answer),
    onData: (stream, session, answer) => void receive(stream, session, answer),
  });
  // A client that goes away in the middle of a mail.
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    const { remotePort = 0 } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  server.listen(port, host);
  await once(server.server, 'listening');
  const { address, family, port: bound } = server.server.address() as AddressInfo;

  return {
    url: `smtp://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    close: async () => {
      const closed = once(server.server, 'close');
      server.close();
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
}

async function parse(raw: Buffer) {
  try {
    return await PostalMime.parse(raw);
  } catch {
    throw refusal(554, 'Error: this is no mail');
  }
}

/** Unreferenced, so that a long delay does not keep a stopped process alive. */
function later({ delayMs }: MailFault, action: () => void): void {
  setTimeout(action, delayMs).unref();
}

const refusal = (responseCode: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode });
