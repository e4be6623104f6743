import { workOffEach, type Repetition } from '@stampede/shared/background';
import { passing, passingClaim } from '@stampede/shared/crash-points';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import { failureOf, framesOf } from './failure.js';
import type { Letter } from './letter.js';
import type { Compose, ComposeParts } from './compose.js';
import { letters as allLetters } from './letters.js';
import { claimDue, postpone, remove, type MailRow } from './mail-row.js';
import { openMailServer } from './mail-server.js';
import { mailsQueued } from './queue-mail.js';
import type { Sender } from './address.js';
import { watchMails } from './watch-mails.js';

/** Few: mail servers limit the connections of one sender. */
const SLOTS = 5;

export interface MailSenderOptions extends ComposeParts {
  smtpUrl: string;
  mailFrom: Sender;
  /** Whether an `smtp://` server has to offer STARTTLS. */
  requireTls: boolean;
  /** By kind; all that there are unless given. */
  letters?: Record<string, Compose>;
  log: Log;
  metrics: Metrics;
}

/**
 * Sends what is queued. Several processes may do so: each mail is claimed by one. A mail is deleted once the server
 * has taken it, so that a crash in between sends it again, with the same Message-ID; what the server does not take
 * waits, and is given up after three days.
 */
export function openMailSender(options: MailSenderOptions): Repetition {
  const { database, sealer, smtpUrl: url, mailFrom: from, requireTls, log, metrics } = options;
  const letters: Record<string, Compose> = options.letters ?? allLetters;
  const server = openMailServer({ url, from, requireTls, connections: SLOTS });
  const mails = metrics.counter('mails_total', 'Tries to send a mail, by how they ended.', [
    'outcome',
    'kind',
  ]);
  const watch = watchMails({ database, log, metrics });
  const jobs = workOffEach({
    name: 'the sending of mail',
    pauseMs: 1_000,
    slots: SLOTS,
    closeWithinMs: 3_000,
    log,
    claim: (most) => passingClaim('claim-mails', () => claimDue(database, most)),
    work: sendOne,
  });
  const queued = mailsQueued.listen(() => jobs.wake());

  async function sendOne(row: MailRow): Promise<void> {
    const open = (column: 'recipient' | 'content') =>
      sealer.open(row[column], { table: 'mail', column, row: row.id });
    let to: string;
    let letter: Letter | null;
    try {
      to = open('recipient');
      // A process of the next version may have queued a kind that this one does not know: it waits for that one.
      const compose = Object.entries(letters).find(([kind]) => kind === row.kind)?.[1];
      if (!compose) throw new RangeError('a mail of an unknown kind');
      const content: unknown = JSON.parse(open('content'));
      letter = await compose({ to, language: row.language, content }, options);
    } catch (error) {
      return failed(row, { ...failureOf(error), at: framesOf(error) });
    }
    if (!letter) return done(row, 'nothing_to_send');
    const address = letter.to ?? to;
    const delivery = await passing('send-mail', 'call', () => server.send(row.id, address, letter));
    if (delivery.kind === 'failed') return failed(row, delivery.failure);
    if (delivery.kind === 'sent') return done(row, 'sent');
    log.warn({ ...about(row), ...delivery.failure }, 'the mail server refuses the recipient of a mail');
    return done(row, 'refused');
  }

  async function failed(row: MailRow, failure: object): Promise<void> {
    if (row.stale) {
      log.error({ ...about(row), ...failure }, 'a mail was given up: it could not be sent for three days');
      return done(row, 'given_up');
    }
    log.warn({ ...about(row), ...failure }, 'a mail could not be sent yet');
    mails.inc({ outcome: 'failed', kind: row.kind });
    await passing('postpone-mail', 'commit', () => postpone(database, row));
  }

  async function done(row: MailRow, outcome: string): Promise<void> {
    mails.inc({ outcome, kind: row.kind });
    await passing('remove-mail', 'commit', () => remove(database, row));
  }

  return {
    close: async () => {
      await queued.close();
      await jobs.close();
      server.close();
      await watch.close();
    },
  };
}

const about = ({ id, kind, attempts }: MailRow) => ({ mailId: id, kind, attempts });
