/** Pages of the gateway: a mailed link is only followed when its form is sent, since mail scanners open links. */
const page = (name: string) => (publicUrl: string, token: string) =>
  `${new URL(name, publicUrl).href}?token=${token}`;

export const verifyUrl = page('/verify-email');
export const resetUrl = page('/reset-password');
