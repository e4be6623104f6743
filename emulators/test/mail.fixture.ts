import { createTransport, type SendMailOptions } from 'nodemailer';
import { openEmulators } from '../src/server.js';

export interface Mailed {
  to: string;
  subject: string;
  text: string;
  html: string;
  links: string[];
}

export interface MailShop extends AsyncDisposable {
  smtpUrl: string;
  url: string;
  /** Sends a mail; what the server said last, or how it failed. */
  send(mail: SendMailOptions, patienceMs?: number): Promise<string>;
  mails(to?: string): Promise<Mailed[]>;
  page(path: string): Promise<{ status: number; headers: Headers; body: string }>;
  fault(fault: string, more?: object): Promise<unknown>;
}

export async function openMailShop(): Promise<MailShop> {
  const emulators = await openEmulators();
  const get = (path: string) => fetch(`${emulators.url}${path}`);
  return {
    smtpUrl: emulators.smtpUrl,
    url: emulators.url,
    send: async (mail, patienceMs = 10_000) => {
      const transport = createTransport({ url: emulators.smtpUrl, socketTimeout: patienceMs });
      try {
        const sent = await transport.sendMail({ from: 'shop@stampede.test', to: 'kim@example.com', ...mail });
        return sent.response;
      } catch (error) {
        return (error as Error).message;
      } finally {
        transport.close();
      }
    },
    mails: async (to) => {
      const answer = await get(`/mail${to === undefined ? '' : `?to=${encodeURIComponent(to)}`}`);
      return (await answer.json()) as Mailed[];
    },
    page: async (path) => {
      const response = await get(path);
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
    fault: async (fault, more = {}) => {
      const order = { target: 'mail', operation: 'send', fault, ...more };
      return (await fetch(`${emulators.url}/faults`, { method: 'POST', body: JSON.stringify(order) })).status;
    },
    [Symbol.asyncDispose]: () => emulators.close(),
  };
}
