import type { Agreed, Buyer } from '@stampede/shared/testing';
import { graphqlRequest } from '../load/requests.js';
import type { HttpAnswer } from '../load/read-answer.js';
import type { PaidOrdersParts } from './parts.js';

const START = `mutation ($input: StartPaymentInput!) { startPayment(input: $input) {
  __typename ... on Rejection { message } ... on Payment { id redirectUrl } } }`;
const APPROVE = `mutation ($input: ApprovePaymentInput!) { approvePayment(input: $input) {
  __typename ... on Rejection { message } ... on Payment { id status } } }`;

/** Of an answer that is not the wanted one: enough to know it by. */
const TOLD = 300;

export function startRequest(
  { gateway, provider }: Pick<PaidOrdersParts, 'gateway' | 'provider'>,
  { account }: Buyer,
  orderId: string,
): Buffer {
  // The origin that a local platform accepts.
  const returnUrl = `http://localhost:${gateway.port}/return`;
  const input = { orderId, provider, returnUrl };
  return graphqlRequest(gateway, { query: START, variables: { input } }, account.accessToken);
}

export function approveRequest(
  gateway: URL,
  { account }: Buyer,
  { paymentId, agreed }: { paymentId: string; agreed: Agreed },
): Buffer {
  const input = { paymentId, ...agreed };
  return graphqlRequest(gateway, { query: APPROVE, variables: { input } }, account.accessToken);
}

/** The form of KakaoPay's page, with the button that pays. */
export function pressRequest(page: URL): Buffer {
  const body = 'choice=card';
  const head = [
    `POST ${page.pathname}${page.search} HTTP/1.1`,
    `host: ${page.host}`,
    'content-type: application/x-www-form-urlencoded',
    `content-length: ${body.length}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** What a mutation gave, where it is of the type that goes on. @throws Error with what it gave instead */
export function expectType(
  { body }: Pick<HttpAnswer, 'body'>,
  field: string,
  type: string,
): Record<string, string> {
  const { data } = JSON.parse(body) as { data?: Record<string, Record<string, string> | null> | null };
  const result = data?.[field];
  if (result?.__typename !== type) throw new Error(`${field} gave ${body.slice(0, TOLD)}`);
  return result;
}

/** What the provider sends the buyer back with. @throws Error when they were not sent back */
export function readToken({ status, location }: HttpAnswer): string {
  const token = location === undefined ? null : new URL(location).searchParams.get('pg_token');
  if (token === null) throw new Error(`the provider's page answered ${status}`);
  return token;
}
