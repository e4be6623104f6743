import { z } from 'zod';
import { id, type MessageType } from './message-type.js';

const schema = z.object({ accountId: id });

export type AccountDeleted = z.infer<typeof schema>;

/** An account is no more: what services keep of its person, and need not keep, goes. */
export const accountDeleted: MessageType<AccountDeleted> = { name: 'account.deleted', version: 1, schema };
