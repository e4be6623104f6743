import { afterEach, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { openDoors } from '../src/http/doors.js';

const CLIENTS = 320;
const DOORS = 32;

/** Connects them all, while nobody can take them, and goes. */
const CONNECT = `
  const { connect } = require('node:net');
  let left = ${CLIENTS};
  for (let n = left; n > 0; n -= 1) {
    connect({ host: '127.0.0.1', port: Number(process.argv[1]) }, () => (left -= 1) || process.exit());
  }`;

let opened: Server[] = [];
afterEach(async () => {
  await Promise.all(opened.map((door) => new Promise((resolve) => door.close(resolve))));
  opened = [];
});

async function open(port = 0): Promise<Server> {
  const server = createServer();
  opened.push(...(await openDoors(server, { host: '127.0.0.1', port, doors: DOORS })));
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

test('many who have connected meanwhile are taken within few turns of the event loop', async () => {
  const server = await open();
  let taken = 0;
  server.on('connection', () => (taken += 1));
  expect(spawnSync(process.execPath, ['-e', CONNECT, String(portOf(server))]).status).toBe(0);
  let turns = 0;
  for (; taken < CLIENTS; turns += 1) await nextTurn();
  // By one door each of them takes a turn.
  expect(turns).toBeLessThan(CLIENTS / 4);
});

test('a port that somebody else has is refused, though the sockets of both may share it', async () => {
  const port = portOf(await open());
  await expect(open(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
