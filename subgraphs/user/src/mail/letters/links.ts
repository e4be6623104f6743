import { z } from 'zod';

export const linkToken = z.string().regex(/^[\w-]{43}$/);

/** Pages of the gateway: a link does nothing until the form there is sent, since mail scanners open links. */
const page = (path: string) => (publicUrl: string, token: string) =>
  `${publicUrl.replace(/\/$/, '')}${path}?token=${token}`;

export const verifyUrl = page('/verify-email');
export const resetUrl = page('/reset-password');
