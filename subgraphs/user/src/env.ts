import {
  baseEnv,
  isLoopback,
  providerUrl,
  publicUrl,
  readEnv,
  serviceEnv,
  serviceUrls,
} from '@stampede/shared/env';
import { sealerFromKeys } from '@stampede/shared/sealing';
import { z } from 'zod';
import { readSender } from './mail/address.js';
import { signingKeysFromPem } from './tokens/signing-keys.js';

/** The service's settings; keys come out opened, so that their text travels no further. @throws EnvironmentError */
export const readUserEnv = (source: NodeJS.ProcessEnv = process.env) => readEnv(shape, source);

const loopback = (url: string): string | undefined =>
  isLoopback(url) ? 'is a mail server of this machine, as emulators are' : undefined;

const addressOfTests = (text: string): string | undefined =>
  /(^|\.)test\.?$/i.test(readSender(text)?.domain ?? '') ? 'nobody has an address under .test' : undefined;

const shape = {
  ...baseEnv,
  DATABASE_URL: serviceEnv.DATABASE_URL,
  REDIS_URL: serviceEnv.REDIS_URL,
  CRASH_AT: serviceEnv.CRASH_AT,
  CRASH_POINTS_FILE: serviceEnv.CRASH_POINTS_FILE,
  AMQP_URL: serviceEnv.AMQP_URL,
  NAMESPACE: serviceEnv.NAMESPACE,
  IDENTITY_SECRET: serviceEnv.IDENTITY_SECRET,
  STAMPEDE_DEMO: serviceEnv.STAMPEDE_DEMO,
  /** Where clients reach the gateway: links in mails lead there. */
  PUBLIC_URL: publicUrl(),
  CATALOG_URLS: serviceUrls(),
  ORDER_URLS: serviceUrls(),
  PAYMENT_URLS: serviceUrls(),
  /** One or more PKCS#8 RSA private keys in PEM: the first signs, all are published. */
  ACCESS_TOKEN_KEYS: signingKeysFromPem(),
  PERSONAL_DATA_KEYS: sealerFromKeys('index'),
  /** `smtps://user:password@host:465`, or `smtp://…:587`, which has to offer STARTTLS in production. */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).meta({ refused: loopback }),
  MAIL_FROM: z
    .string()
    .default('Stampede <no-reply@stampede.test>')
    .transform((text, context) => {
      const sender = readSender(text);
      if (!sender) context.addIssue('one address, such as: Stampede <no-reply@example.com>');
      return sender ?? z.NEVER;
    })
    .meta({ required: true, refused: addressOfTests }),
  /** Where a provider may send people back to, by commas; `http://localhost:*` is any address there. */
  SOCIAL_REDIRECT_URIS: z.string().default('').meta({ httpsOnly: true }),
  /** Without a client id, nobody can sign in by that provider. */
  KAKAO_ISSUER: providerUrl().default('https://kauth.kakao.com'),
  KAKAO_API_URL: providerUrl().default('https://kapi.kakao.com'),
  KAKAO_CLIENT_ID: z.string().min(1).optional(),
  KAKAO_CLIENT_SECRET: z.string().min(1).optional(),
  NAVER_ISSUER: providerUrl().default('https://nid.naver.com'),
  NAVER_API_URL: providerUrl().default('https://openapi.naver.com'),
  NAVER_CLIENT_ID: z.string().min(1).optional(),
  NAVER_CLIENT_SECRET: z.string().min(1).optional(),
};
