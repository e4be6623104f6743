import { HeaderMap, type ApolloServer } from '@apollo/server';
import { Overloaded } from '@stampede/shared/admission';
import { badInput } from '@stampede/shared/errors';
import { respond, type Route } from '@stampede/shared/http';
import { tracer, workFor } from '@stampede/shared/telemetry';
import { GraphQLError } from 'graphql';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayAdmission } from '../admission/gateway-admission.js';
import type { PriorityOfRequest } from '../admission/priority-of-request.js';
import { openRefuseOverloaded } from '../admission/refuse-overloaded.js';
import type { Clients } from '../client/clients.js';
import { NotJson, readJson } from '../edge/read-json.js';
import type { Identify } from '../identity/identify.js';
import type { ChargeOfRequest } from '../rates/charge-of-request.js';
import { refusalHeaders, refusalStatus } from '../rates/refusal.js';
import type { Rates } from '../rates/rates.js';
import { admitAddress } from '../safelist/admit-address.js';
import type { Safelist } from '../safelist/safelist.js';
import type { AnswerSingleFetch } from '../single-fetch/answer-single-fetch.js';
import type { GatewayContext } from './context.js';
import { openContentTypes } from './content-types.js';
import type { Cors } from './cors.js';
import type { RequestMetrics } from './request-metrics.js';
import { inRequestSpan } from './request-spans.js';

export interface GraphQLRouteOptions {
  server: ApolloServer<GatewayContext>;
  answerSingleFetch: AnswerSingleFetch;
  identify: Identify;
  clients: Clients;
  rates: Rates;
  chargeOf: ChargeOfRequest;
  admission: GatewayAdmission;
  priorityOf: PriorityOfRequest;
  bodyLimit: number;
  cors: Cors;
  /** Undefined: every operation is run. */
  safelist: Safelist | undefined;
  metrics: RequestMetrics;
}

/** The headers that Apollo Server itself looks at; no other one of a client's is read by anything. */
const READ_HEADERS = [
  'accept',
  'content-type',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'apollo-query-plan-experimental',
  'apollo-query-plan-experimental-format',
];

/** GraphQL over HTTP: POST, and GET for queries. */
export function graphqlRoute(options: GraphQLRouteOptions): Route {
  const { server, answerSingleFetch, identify, clients, rates, chargeOf } = options;
  const { admission, priorityOf, bodyLimit, cors, safelist, metrics } = options;
  const types = openContentTypes();
  const refuseOverloaded = openRefuseOverloaded();

  function refuse(response: ServerResponse, status: number, error: GraphQLError, headers = {}): void {
    metrics.refused(String(error.extensions.code));
    respond(response, status, { errors: [error] }, headers);
  }

  const refuseRate = (response: ServerResponse, error: GraphQLError) =>
    refuse(response, refusalStatus(error), error, refusalHeaders(error));

  async function answer(
    requestId: string,
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
  ): Promise<void> {
    cors(request, response);
    const { method = 'GET' } = request;
    if (method === 'OPTIONS') return void response.writeHead(204, { allow: METHODS }).end();
    if (method !== 'GET' && method !== 'POST') {
      return refuse(response, 405, notUnderstood(`there is no ${method} here.`), { allow: METHODS });
    }
    const sent = method === 'POST' ? await readJson(request, bodyLimit, metrics.refused) : undefined;
    if (sent instanceof NotJson)
      return refuse(response, sent.status, notUnderstood(sent.message), sent.headers);
    const body = safelist ? safelist.admit(sent) : sent;
    if (body instanceof GraphQLError) return refuse(response, 400, body);
    const search = safelist && method === 'GET' ? admitAddress(safelist, url) : undefined;
    if (search instanceof GraphQLError) return refuse(response, 400, search);
    if (search !== undefined) url.search = search;

    const priority = priorityOf(...wordsOf(body, url));
    const place = admission.enter(priority) ?? (await admission.wait(priority));
    if (place instanceof Overloaded) {
      metrics.refused('SERVICE_UNAVAILABLE');
      return refuseOverloaded(response, place);
    }
    try {
      // Who went away while waiting is owed nothing.
      if (!response.destroyed) await answerAdmitted(requestId, request, response, url, body);
    } finally {
      admission.leave(place);
    }
  }

  async function answerAdmitted(
    requestId: string,
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    body: unknown,
  ): Promise<void> {
    const who = await identify(request.headers.authorization);
    if (!who.ok) return refuse(response, who.status, who.error, challenge(who.status));
    const context: GatewayContext = {
      identity: who.identity,
      requestId,
      ...clients.of(request, response),
    };
    const type = types.recall(request);
    if (type !== undefined) {
      const since = performance.now();
      const quick = await answerSingleFetch(body, context);
      if (quick) {
        if ('refusal' in quick) return refuseRate(response, quick.refusal);
        metrics.answeredShort(quick.operation, quick.field, (performance.now() - since) / 1_000);
        return respond(response, 200, quick.text, { 'content-type': type });
      }
      // Nor is anything done twice for who went away meanwhile; of a stop, the server is not there any more.
      if (response.destroyed) return;
    }
    if (!context.counted) {
      const refusal = rates.refuse(chargeOf(...wordsOf(body, url)), context);
      if (refusal) return refuseRate(response, refusal);
    }
    const long = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method ?? 'GET',
        headers: readHeaders(request),
        search: url.search,
        body,
      },
      context: () => Promise.resolve(context),
    });
    if (long.body.kind !== 'complete') throw new Error('the gateway answers whole, never in chunks');
    types.learn(request, long);
    respond(response, long.status ?? 200, long.body.string, Object.fromEntries(long.headers));
  }

  return (request, response, url) => {
    const requestId = randomUUID();
    response.setHeader('x-request-id', requestId);
    return tracer() === undefined
      ? workFor({ requestId, span: undefined }, answer, requestId, request, response, url)
      : inRequestSpan(requestId, request, response, () => answer(requestId, request, response, url));
  };
}

const METHODS = 'GET, POST, OPTIONS';
const notUnderstood = (message: string) => badInput({ path: 'request', message });

/** RFC 6750, section 3: a refused token is answered with the scheme that was tried. */
const challenge = (status: number) =>
  status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {};

/** A request's text and the name of its operation, wherever Apollo Server will look for them. */
function wordsOf(body: unknown, { searchParams }: URL): [query: unknown, operationName: unknown] {
  if (body === undefined) return [searchParams.get('query'), searchParams.get('operationName')];
  const { query, operationName } = (body ?? {}) as Record<string, unknown>;
  return [query, operationName];
}

function readHeaders(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const name of READ_HEADERS) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return headers;
}
