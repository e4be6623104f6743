import { z } from 'zod';
import type { MessageType } from './message-type.js';

const schema = z.object({ accountId: z.uuid() });

export type AccountDeleted = z.infer<typeof schema>;

/** An account is no more: what services keep of its person, and need not keep, goes. */
export const accountDeleted: MessageType<AccountDeleted> = { name: 'account.deleted', version: 1, schema };
