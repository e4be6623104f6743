import { z } from 'zod';
import { findAccountByEmail } from '../../account.entity.js';
import { addLink, findLink, newestLinkTo } from '../../mail-link.entity.js';
import type { Letter } from '../letter.js';
import { letter } from '../letter.js';
import type { Compose, ComposeParts, MailToCompose } from '../compose.js';
import { linkToken, verifyUrl } from './links.js';
import { verifyAddressLetter } from './verify-address.js';

const content = z.object({
  token: linkToken,
  /** Asked for again: the link is still to be made, of this token, for what waits at the address. */
  again: z.boolean().default(false),
  expiresAt: z.coerce.date().optional(),
});

/** What a sign-up mails: its link; to who has an account that they have one; to who waits for nothing, nothing. */
export const composeSignUp: Compose = async (mail, parts) => {
  const { token, again, expiresAt } = content.parse(mail.content);
  // Also where there is an account: how long a sign-up waits would tell.
  if (again && expiresAt) await copyLink(mail, parts, { token, expiresAt });
  const known = await findAccountByEmail(parts.database, parts.sealer, mail.to);
  // To the address that was proven, not as somebody has typed it.
  if (known) return { ...knownLetter(mail, parts), to: known.email };
  const link = await findLink(parts.database, parts.sealer, token, ['SIGN_UP', 'VERIFY']);
  if (!link) return null;
  const url = verifyUrl(parts.publicUrl, token);
  return link.purpose === 'VERIFY' ? verifyAddressLetter(mail.language, url) : signUpLetter(mail, url);
};

async function copyLink(
  { to, language }: MailToCompose,
  { database, sealer }: ComposeParts,
  { token, expiresAt }: { token: string; expiresAt: Date },
): Promise<void> {
  const waiting = await newestLinkTo(database, sealer, to, ['SIGN_UP', 'VERIFY']);
  if (!waiting) return;
  const { purpose, email, accountId, passwordHash, phone, name } = waiting;
  const account = purpose === 'SIGN_UP' && passwordHash !== null ? { name, phone, passwordHash } : {};
  await addLink(database, sealer, { purpose, token, email, accountId, expiresAt, language, ...account });
}

function signUpLetter({ language }: MailToCompose, url: string): Letter {
  return language === 'ko'
    ? letter({
        language,
        subject: 'Stampede 가입을 완료해 주세요',
        paragraphs: [
          '이 메일 주소로 Stampede 가입 신청이 접수되었습니다. 아래 링크를 열면 가입이 완료됩니다.',
          '링크는 24시간 동안 한 번만 사용할 수 있습니다.',
          '이 주소로 서로 다른 비밀번호로 여러 번 가입을 신청했다면 계정은 비밀번호 없이 만들어집니다. 비밀번호 재설정으로 새로 정해 주세요.',
          '직접 신청하지 않으셨다면 링크를 열지 말고 이 메일을 무시해 주세요. 계정은 만들어지지 않습니다.',
        ],
        button: { label: '가입 완료하기', url },
      })
    : letter({
        language,
        subject: 'Complete your sign-up at Stampede',
        paragraphs: [
          'Somebody has signed up at Stampede with this address. Follow the link to complete it.',
          'The link is good once, within 24 hours.',
          'If the address was signed up with several passwords, the account is made without one: set it by a password reset.',
          'If that was not you, do not follow it and ignore this mail: no account will be made.',
        ],
        button: { label: 'Complete the sign-up', url },
      });
}

function knownLetter({ language }: MailToCompose, { publicUrl }: ComposeParts): Letter {
  const url = publicUrl;
  return language === 'ko'
    ? letter({
        language,
        subject: '이미 Stampede 계정이 있습니다',
        paragraphs: [
          '이 메일 주소로 Stampede 가입 신청이 있었지만, 이미 계정이 있습니다.',
          '기존 비밀번호로 로그인하시거나, 비밀번호를 잊으셨다면 재설정해 주세요.',
          '직접 신청하지 않으셨다면 이 메일을 무시하셔도 됩니다. 계정은 그대로입니다.',
        ],
        button: { label: 'Stampede로 가기', url },
      })
    : letter({
        language,
        subject: 'You have an account at Stampede already',
        paragraphs: [
          'Somebody has signed up at Stampede with this address, and there is an account already.',
          'Sign in with its password, or reset the password if you have forgotten it.',
          'If that was not you, ignore this mail: nothing about your account has changed.',
        ],
        button: { label: 'Go to Stampede', url },
      });
}
