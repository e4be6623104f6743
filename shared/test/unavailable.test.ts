import { expect, test } from '@jest/globals';
import { isUnavailable, maskErrors } from '@stampede/shared/errors';
import { openLog } from '@stampede/shared/telemetry';
import { GraphQLError } from 'graphql';

const withCode = (code: string) => Object.assign(new Error('it failed'), { code });

/** What a client is told that asked for something, and it failed so. */
function toldOf(error: Error): unknown {
  const wrapped = new GraphQLError(error.message, { originalError: error });
  const mask = maskErrors(openLog('test', 'silent'));
  return mask({ ...wrapped.toJSON(), extensions: { requestId: 'r' } }, wrapped).extensions;
}

test.each(
  // PostgreSQL: killed, stopped, starting, full, cut off, or a replica by now. Sockets. undici.
  `57P01 57P02 57P03 08000 08003 08006 08P01 53100 53200 53300 25006 25P03
   ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT ENOTFOUND EAI_AGAIN
   EHOSTUNREACH ENETUNREACH ENETDOWN EHOSTDOWN UND_ERR_SOCKET UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT`.split(
    /\s+/,
  ),
)('a failure with the code %s is of a server that is away', (code) => {
  expect(toldOf(withCode(code))).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfterMs: 1_000 });
});

test.each([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Connection is closed.',
  'Command timed out',
  'Command aborted due to connection close',
  "Socket timeout. Expecting data, but didn't receive any in 2500ms.",
  'Reached the max retries per request limit (which is 2). Refer to "maxRetriesPerRequest" option for details.',
  "Stream isn't writeable and enableOfflineQueue options is false",
  'ERR max number of clients reached',
  'LOADING Redis is loading the dataset in memory',
  "READONLY You can't write against a read only replica.",
  "ERR Error running script (call to f_0a): @user_script:1: -READONLY You can't write against a read only replica.",
  'MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to no.',
  'CLUSTERDOWN The cluster is down',
  'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  'MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.',
  "OOM command not allowed when used memory > 'maxmemory'.",
  'NOREPLICAS Not enough good replicas to write.',
])('“%s” is of a server that is away', (message) => {
  expect(toldOf(new Error(message))).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfterMs: 1_000 });
});

test.each([
  withCode('57014'),
  withCode('23505'),
  withCode('42703'),
  new Error('WRONGTYPE Operation against a key holding the wrong kind of value'),
  new Error('BUSYGROUP Consumer Group name already exists'),
  new Error('the shop is busy loading'),
  new Error('invalid input value for enum state: "BUSY"'),
])('%s is a mistake', (error) => {
  expect(isUnavailable(error)).toBe(false);
  expect(toldOf(error)).toEqual({ code: 'INTERNAL', requestId: 'r' });
});
