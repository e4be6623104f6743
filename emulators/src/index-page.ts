import { document, markup } from './html.js';

const ROUTES = [
  ['POST /kakaopay/online/v1/payment/ready', 'begins a payment'],
  ['POST /kakaopay/online/v1/payment/approve', 'captures what the buyer agreed to'],
  ['POST /kakaopay/online/v1/payment/cancel', 'gives all or a part of it back'],
  ['POST /kakaopay/online/v1/payment/order', 'says how a payment stands'],
  ['GET /kakaopay/mockup/bridge/…', 'the buyer’s page, as ready answers it'],
  ['GET /kakaopay/calls', 'calls that arrived, by operation; ?tid= or ?partner_order_id= narrows it'],
  ['POST /toss/v1/payments/confirm', 'Toss Payments: captures what the buyer agreed to'],
  ['GET /toss/v1/payments/…, …/orders/…', 'says how a payment stands, by its key or its order id'],
  ['POST /toss/v1/payments/…/cancel', 'gives all or a part of it back'],
  ['GET /toss/v2/standard', 'the browser’s SDK'],
  ['GET, POST /toss/payment-window?…', 'the buyer’s page, where the SDK leads'],
  ['GET /toss/webhooks', 'what was told to the shop; ?orderId= or ?paymentKey= narrows it'],
  ['POST /toss/webhooks/send', '{"paymentKey"|"orderId","transmissionId"}: sends one by hand, or again'],
  ['GET /toss/calls', 'calls that arrived, by operation; ?orderId= or ?paymentKey= narrows it'],
  ['GET /kakao/.well-known/openid-configuration', 'Kakao Login: issuer /kakao, and what it names'],
  ['GET, POST /kakao/oauth/authorize', 'the consent page; its form leads back with a code'],
  ['POST /kakao/oauth/token', 'tokens for a code or a refresh token'],
  ['GET /kakao/api/v2/user/me', 'the person of an access token; /kakao/api/v1/oidc/userinfo too'],
  ['GET /naver/.well-known/openid-configuration', 'Naver Login: issuer /naver, and what it names'],
  [
    'GET, POST /naver/oauth2/authorize, …/oauth2.0/authorize',
    'the consent page of OpenID Connect, and the older one',
  ],
  [
    'POST /naver/oauth2/token, …/oauth2.0/token',
    'tokens for a code of the same; the older one refreshes too',
  ],
  ['POST /naver/oauth2.0/revoke', 'ends the tokens of one sign-in'],
  ['GET /naver/api/v1/nid/me', 'the person of an access token; /naver/api/v1/nid/verify too'],
  [
    'POST /kakao/keys/rotate, /naver/keys/rotate',
    'the emulator’s own: a new key signs, the last stays published',
  ],
  ['GET /shopping/v1/search/shop.json', 'what shops ask: ?query= and Naver’s other parameters'],
  ['GET /shopping/calls', 'searches that arrived; ?query= narrows it'],
  ['GET /mail/inbox', 'the mail box: what was mailed to anybody, newest first; ?to= narrows it'],
  ['GET /mail', 'the same as JSON: to, subject, text, html, links'],
  ['GET /faults', 'faults that are armed now'],
  ['POST /faults', '{"target","operation","fault","times","delayMs"}: makes the next calls fail'],
  ['GET /late-calls, POST /late-calls/land', 'calls that will be carried out later; does it now'],
  ['GET /healthz, /readyz, /metrics', 'for whoever starts and watches this'],
] as const;

export function indexPage(): string {
  return document(
    'Emulators',
    markup`<h1>Emulators</h1>
<p>Local stand-ins for other people’s services. No money moves here, and all is forgotten at exit.</p>
<dl>${ROUTES.map(([route, meaning]) => markup`<dt><code>${route}</code></dt><dd>${meaning}</dd>`)}</dl>`,
  );
}
