import type { Mutant } from '../mutant.js';

const messaging = 'shared/src/messaging';
const delivery = { workspace: 'shared', pattern: 'messaging-delivery' };

/** What makes an event have its effect once. */
export const messageMutants: Mutant[] = [
  {
    mechanism: 'inbox',
    change: 'a message that was handled has its effect again',
    file: `${messaging}/inbox.ts`,
    text: "if (remembered === 0) return 'duplicate';",
    replacement: '',
    tests: delivery,
  },
  {
    mechanism: 'inbox, of several together',
    change: 'all of a batch are new',
    file: `${messaging}/inbox.ts`,
    text: "left.delete(id) ? 'handled' : 'duplicate'",
    replacement: "left.delete(id) || true ? 'handled' : 'duplicate'",
    tests: { workspace: 'shared', pattern: 'messaging-together' },
  },
  {
    mechanism: "outbox in its cause's transaction",
    change: 'the event is written outside of it',
    file: `${messaging}/outbox.ts`,
    text: 'await tx.run(APPEND, [randomUUID(),',
    replacement: "await tx.run('COMMIT');\n  await tx.run(APPEND, [randomUUID(),",
    tests: delivery,
  },
  {
    mechanism: 'confirms of the broker',
    change: 'what was not confirmed is marked as published',
    file: `${messaging}/relay-round.ts`,
    text: "const confirmed = idsThat('fulfilled');",
    replacement: 'const confirmed = rows.map((row) => row.id);',
    tests: { workspace: 'shared', pattern: 'messaging-outage' },
  },
  {
    mechanism: 'lease of the outbox',
    change: 'relays side by side claim the same rows',
    file: `${messaging}/relay-round.ts`,
    text: 'AND (leased_until IS NULL OR leased_until < now())',
    replacement: '',
    tests: delivery,
  },
  {
    mechanism: 'effects wait until they are done',
    change: 'one that met a cold product is forgotten',
    file: 'shared/src/inventory/stock-effects.ts',
    text: "answer.status === 'fulfilled' && answer.value === 'DONE'",
    replacement: "answer.status === 'fulfilled'",
    tests: { workspace: 'shared', pattern: '/stock-effects' },
  },
];
