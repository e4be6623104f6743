import addressparser from 'nodemailer/lib/addressparser';

export interface Sender {
  name: string;
  address: string;
  domain: string;
}

/**
 * Whom mails come from.
 *
 * @param text `Name <address>`
 * @returns undefined when that is not exactly one address.
 */
export function readSender(text: string): Sender | undefined {
  const [first, ...others] = addressparser(text);
  const [, domain] = /^[^\s@<>]+@([^\s@<>]+)$/.exec(first?.address ?? '') ?? [];
  if (!first?.address || !domain || others.length > 0) return undefined;
  return { name: first.name, address: first.address, domain };
}

/** Whether it is the address of one mail box and nothing else: nodemailer reads any text for all addresses in it. */
export function isOneAddress(text: string): boolean {
  const [first, ...others] = addressparser(text);
  return first?.address === text && text.includes('@') && !/\p{Cc}/u.test(text) && others.length === 0;
}
