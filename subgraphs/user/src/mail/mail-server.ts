import { createTransport } from 'nodemailer';
import { isOneAddress, type Sender } from './address.js';
import { failureOf, refusesRecipient, type Failure } from './failure.js';
import type { Letter } from './letter.js';

/** All that a sending may take, whatever the server does: far below the lease of what is being sent. */
const SEND_WITHIN_MS = 20_000;
/** nodemailer's own are 30 s to 10 min. */
const TIMEOUTS = {
  connectionTimeout: 5_000,
  greetingTimeout: 5_000,
  dnsTimeout: 5_000,
  socketTimeout: 10_000,
};
/** Below that of any mail server: a connection that it closed would cost the next mail a try. */
const IDLE_MS = 5_000;

export interface MailServerOptions {
  /** `smtps://user:password@host:465` or `smtp://…:587`. */
  url: string;
  from: Sender;
  /** Whether an `smtp://` server has to offer STARTTLS. */
  requireTls: boolean;
  /** How many mails are sent at once. */
  connections: number;
}

export type Delivery = { kind: 'sent' } | { kind: 'refused' | 'failed'; failure: Failure };

export interface MailServer {
  /** @param id of the mail: one that is sent twice has the same Message-ID, by which mail programs know it again. */
  send(id: string, to: string, letter: Letter): Promise<Delivery>;
  /** Ends every connection, also of what is being sent. */
  close(): void;
}

/** Opens a pool of connections to the mail server. Nothing connects yet. */
export function openMailServer(options: MailServerOptions): MailServer {
  const { domain, ...from } = options.from;
  const transport = createTransport({
    ...serverAt(options.url),
    ...TIMEOUTS,
    requireTLS: options.requireTls,
    pool: true,
    maxConnections: options.connections,
    // A try is a try: what ended in the middle is tried again by whoever keeps the mails, and counted.
    maxRequeues: 0,
    idleTimeout: IDLE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  return {
    send: async (id, to, { subject, text, html }) => {
      if (!isOneAddress(to)) return { kind: 'refused', failure: { error: 'NO_ADDRESS' } };
      try {
        await transport.sendMail({
          messageId: `<${id}@${domain}>`,
          from,
          to,
          subject,
          text,
          html,
          // RFC 3834: nobody's absence notice answers it.
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal: AbortSignal.timeout(SEND_WITHIN_MS),
        });
        return { kind: 'sent' };
      } catch (error) {
        const failure = failureOf(error);
        return { kind: refusesRecipient(failure) ? 'refused' : 'failed', failure };
      }
    },
    close: () => transport.close({ force: true }),
  };
}

/** Only what stands for the place and the credentials: options in the URL's query would undo those here. */
function serverAt(url: string) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    ...(username && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
  };
}
