/** A whole HTTP/1.1 request that POSTs a GraphQL operation. */
export function graphqlRequest(url: URL, operation: object, accessToken?: string): Buffer {
  const body = JSON.stringify(operation);
  const head = [
    `POST ${url.pathname} HTTP/1.1`,
    `host: ${url.host}`,
    'content-type: application/json',
    'accept: application/json',
    ...(accessToken === undefined ? [] : [`authorization: Bearer ${accessToken}`]),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
