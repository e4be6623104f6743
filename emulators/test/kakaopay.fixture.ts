import { openEmulators } from '../src/server.js';

export interface Called {
  status: number;
  body: Record<string, unknown>;
}

export interface Shop extends AsyncDisposable {
  url: string;
  /** Moves the emulator's clock on. */
  passes(ms: number): void;
  call(operation: string, body: unknown, authorization?: string | null): Promise<Called>;
  /** ready with sensible values; changes go over them. */
  ready(changes?: Record<string, unknown>): Promise<Ready>;
  /** Presses a button of the buyer's page; where it led. */
  press(page: string, choice?: string): Promise<string>;
  /** ready, and the buyer agrees: what approve needs. */
  agreed(changes?: Record<string, unknown>, choice?: string): Promise<Approval>;
  paid(changes?: Record<string, unknown>): Promise<string>;
  status(tid: string): Promise<unknown>;
  fault(order: Record<string, unknown>): Promise<Called>;
}

export interface Ready {
  tid: string;
  page: string;
}

export interface Approval {
  cid: string;
  tid: string;
  partner_order_id: string;
  partner_user_id: string;
  pg_token: string;
}

export const CID = 'TC0ONETIME';
export const READY = {
  cid: CID,
  partner_order_id: 'order-1',
  partner_user_id: 'user-1',
  item_name: 'Sneaker',
  quantity: 2,
  total_amount: 22_000,
  tax_free_amount: 0,
  approval_url: 'http://shop.test/return?payment=p%201',
  cancel_url: 'http://shop.test/cancel',
  fail_url: 'http://shop.test/fail',
};

export async function openShop(): Promise<Shop> {
  let clock = Date.parse('2026-11-20T03:00:00Z');
  const emulators = await openEmulators({ now: () => new Date(clock) });
  const post = async (path: string, body: unknown, headers: Record<string, string>): Promise<Called> => {
    const sent = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${emulators.url}${path}`, { method: 'POST', headers, body: sent });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const shop: Shop = {
    url: emulators.url,
    passes: (ms) => {
      clock += ms;
    },
    call: (operation, body, authorization = 'SECRET_KEY local-only-key') =>
      post(`/kakaopay/online/v1/payment/${operation}`, body, {
        'content-type': 'application/json',
        ...(authorization !== null && { authorization }),
      }),
    ready: async (changes) => {
      const { body } = await shop.call('ready', { ...READY, ...changes });
      return { tid: String(body['tid']), page: String(body['next_redirect_pc_url']) };
    },
    press: async (page, choice) => {
      const body = new URLSearchParams(choice === undefined ? {} : { choice });
      const response = await fetch(page, { method: 'POST', body, redirect: 'manual' });
      return response.status === 303 ? String(response.headers.get('location')) : `status ${response.status}`;
    },
    agreed: async (changes, choice) => {
      const { tid, page } = await shop.ready(changes);
      const pg_token = new URL(await shop.press(page, choice)).searchParams.get('pg_token') ?? '';
      const { partner_order_id, partner_user_id } = { ...READY, ...changes };
      return { cid: CID, tid, partner_order_id, partner_user_id, pg_token };
    },
    paid: async (changes) => {
      const approval = await shop.agreed(changes);
      await shop.call('approve', approval);
      return approval.tid;
    },
    status: async (tid) => (await shop.call('order', { cid: CID, tid })).body['status'],
    fault: (order) => post('/faults', order, {}),
    [Symbol.asyncDispose]: () => emulators.close(),
  };
  return shop;
}
