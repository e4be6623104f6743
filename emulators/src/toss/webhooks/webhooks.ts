import { z } from 'zod';
import { json, parseJson, type Answer, type Request } from '../../http.js';
import type { Ledger } from '../ledger.js';
import type { Payment } from '../payment.js';
import { Sender } from './sender.js';
import { statusChanged, Transmissions } from './transmissions.js';

/** How often the ledger is asked what has expired, which nobody else may ask. */
const EXPIRY_MS = 200;

export interface WebhookOptions {
  /** Where they are sent; none are without it. */
  webhookUrl?: string | undefined;
  /** Before the first resend; each later one waits four times as long as the one before. */
  webhookRetryMs: number;
}

export interface WebhookParts extends WebhookOptions {
  now: () => Date;
  describe: (payment: Payment) => Record<string, unknown>;
}

export interface Webhooks {
  changed(payment: Payment): void;
  /** The emulator's own routes: what was sent, and sending by hand. */
  answer(request: Request, ledger: Ledger): Promise<Answer>;
  watchExpiry(ledger: Ledger): void;
  close(): Promise<void>;
}

const order = z
  .strictObject({
    paymentKey: z.string().optional(),
    orderId: z.string().optional(),
    transmissionId: z.string().min(1).max(200).optional(),
  })
  .refine((asked) => Object.values(asked).some((value) => value !== undefined));

/** Sends PAYMENT_STATUS_CHANGED for every status after READY. */
export function openWebhooks({ webhookUrl, webhookRetryMs, now, describe }: WebhookParts): Webhooks {
  const sender = webhookUrl ? new Sender({ url: webhookUrl, retryMs: webhookRetryMs, now }) : undefined;
  const transmissions = new Transmissions();
  let watch: NodeJS.Timeout | undefined;

  /** One that is known is sent again as it was, however the payment stands now. */
  function find(asked: z.infer<typeof order>, ledger: Ledger) {
    const known = transmissions.byId(asked.transmissionId ?? '');
    if (known) return known;
    const payment = asked.paymentKey ? ledger.byKey(asked.paymentKey) : ledger.byOrder(asked.orderId ?? '');
    return payment && statusChanged(describe(payment), now(), asked.transmissionId);
  }

  async function sendByHand(body: string, ledger: Ledger): Promise<Answer> {
    const parsed = order.safeParse(parseJson(body));
    if (!parsed.success) return json(400, { error: 'BAD_WEBHOOK' });
    if (!sender) return json(409, { error: 'NO_WEBHOOK_URL' });
    const transmission = find(parsed.data, ledger);
    if (!transmission) return json(404, { error: 'NOT_FOUND' });
    transmissions.keep(transmission);
    const answered = await sender.send(transmission);
    return json(200, { transmissionId: transmission.id, answered });
  }

  return {
    changed: (payment) => {
      if (!sender) return;
      const transmission = statusChanged(describe(payment), now());
      transmissions.keep(transmission);
      sender.enqueue(transmission);
    },
    answer: async ({ method, path, query, body }, ledger) => {
      if (method === 'POST' && path === '/toss/webhooks/send') return sendByHand(body, ledger);
      if (method !== 'GET' || path !== '/toss/webhooks') return json(404, { error: 'NOT_FOUND' });
      const name = query.get('paymentKey') ?? query.get('orderId');
      return json(200, { transmissions: transmissions.list(name) });
    },
    watchExpiry: (ledger) => {
      if (sender) watch = setInterval(() => ledger.expire(), EXPIRY_MS).unref();
    },
    close: async () => {
      clearInterval(watch);
      await sender?.close();
    },
  };
}
