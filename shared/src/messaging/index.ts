export { appendToOutbox } from './outbox.js';
export { on } from './handler.js';
export type { Handler, MessageMeta } from './handler.js';
export { openMessaging } from './messaging.js';
export type { Messaging, MessagingOptions } from './messaging.js';
export { DEFAULT_DELAYS_MS, deadLetterQueue, queueName, retryLevel } from './topology.js';
export { messagingTables } from './tables.js';
