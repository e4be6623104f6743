import './graphql-ws.js';

const { protocol, host } = location;
export const SOCKET_URL = `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}/graphql`;

/** What GraphiQL sends operations by: subscriptions over a WebSocket, everything else by POST. */
export function fetcher(operation, { headers = {}, documentAST } = {}) {
  return isSubscription(operation, documentAST) ? subscribe(operation, headers) : post(operation, headers);
}

const isSubscription = ({ operationName }, document) =>
  document?.definitions.some(
    ({ operation, name }) =>
      operation === 'subscription' && (!operationName || name?.value === operationName),
  );

async function post(operation, headers) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(operation),
  });
  return response.json();
}

/**
 * A socket for each subscription, because a socket is opened as somebody: what stands in the header editor then is
 * what it introduces itself with. It closes when the subscription ends.
 */
function subscribe({ query, variables, operationName }, headers) {
  const client = window.graphqlWs.createClient({
    url: SOCKET_URL,
    connectionParams: headers,
    // An answer of the server's own is final; a broken connection is taken up again.
    shouldRetry: (problem) => !(problem instanceof CloseEvent && problem.code >= 4_000),
  });
  const results = client.iterate({ query, variables, operationName });
  // No generator: one that waits for the next result could not be stopped before that comes.
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => results.next().catch(asResult),
    return: () => results.return(),
    throw: (error) => results.throw(error),
  };
}

/** A refusal is shown as the answer that it is; of a closed socket GraphiQL would show nothing that can be read. */
function asResult(problem) {
  if (Array.isArray(problem)) return { done: false, value: { errors: problem } };
  if (!(problem instanceof CloseEvent)) throw problem;
  const message = `The connection was closed: ${problem.code} ${problem.reason}`;
  return { done: false, value: { errors: [{ message }] } };
}
