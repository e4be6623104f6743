import { readEnv } from './env.js';
import { openEmulators } from './server.js';

function log(msg: string, more: Record<string, unknown> = {}): void {
  process.stdout.write(
    `${JSON.stringify({ level: 30, time: Date.now(), name: 'emulators', msg, ...more })}\n`,
  );
}

async function main(): Promise<void> {
  const env = readEnv(process.env);
  const emulators = await openEmulators({
    host: env.HOST,
    port: env.PORT,
    reachedAt: env.EMULATORS_URL,
    smtpPort: env.SMTP_PORT,
    windowMs: env.KAKAOPAY_WINDOW_MS,
    toss: {
      windowMs: env.TOSS_WINDOW_MS,
      confirmWindowMs: env.TOSS_CONFIRM_WINDOW_MS,
      webhookUrl: env.TOSS_WEBHOOK_URL,
      webhookRetryMs: env.TOSS_WEBHOOK_RETRY_MS,
    },
    kakaoSecret: env.KAKAO_CLIENT_SECRET,
    naverSecret: env.NAVER_CLIENT_SECRET,
    searchSecret: env.NAVER_SEARCH_CLIENT_SECRET,
    searchLimits: { perDay: env.SHOPPING_PER_DAY, perSecond: env.SHOPPING_PER_SECOND },
  });
  log('listening', { url: emulators.url, smtpUrl: emulators.smtpUrl });

  const stop = (signal: string): void => {
    log('stopping', { signal });
    emulators.close().then(() => log('stopped'), fail);
  };
  // Told again, it goes on stopping.
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

await main().catch(fail);
