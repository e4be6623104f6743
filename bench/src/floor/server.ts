import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// What this machine can do at all: a bare HTTP server that reads the request and answers one constant text.

const ANSWER = JSON.stringify({
  data: { checkout: { __typename: 'SoldOut', message: 'Sold out.', productId: '', available: 0 } },
});
const head = {
  'content-type': 'application/json; charset=utf-8',
  'content-length': Buffer.byteLength(ANSWER),
};

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(200, head).end(ANSWER));
});
server.listen(0, '127.0.0.1', 4_096, () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
