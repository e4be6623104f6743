export { IDENTITY_HEADER, IDENTITY_WINDOW_MS, signIdentity, UNSIGNED, verifyIdentity } from './signature.js';
export type { SignedRequest, Verification } from './signature.js';
export { ANONYMOUS } from './identity.js';
export type { Identity, Role } from './identity.js';
export { CONNECT_BODY, subscribeBody } from './sockets.js';
export type { SubscribeRequest } from './sockets.js';
export { NO_CLIENT, REFRESH_COOKIE_HEADER } from './client.js';
export type { Client, Language } from './client.js';
export {
  ENDED_MATTERS_MS,
  ENDED_SESSIONS_BODY,
  ENDED_SESSIONS_PATH,
  openRecentIds,
  readEndedSessions,
  writeEndedSessions,
} from './ended-sessions.js';
export type { EndedSessionsLine } from './ended-sessions.js';
