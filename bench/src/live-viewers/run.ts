import { readBooks, type Books } from '@stampede/shared/testing';
import { putOnSale } from '../checkouts/put-on-sale.js';
import { withAddress } from '../load/address.js';
import type { Judged } from '../judging/check.js';
import { settle, type Settled } from '../judging/settle.js';
import { judge } from './judge.js';
import { readMemory, type GatewayMemory } from './memory.js';
import type { LiveViewersOptions, LiveViewersParts } from './parts.js';
import { costOf, type Cost } from './phase.js';
import { mostHeld, search, type Step } from './search.js';
import { showChanges, type Sale, type ShownChanges } from './show-changes.js';
import type { Arrival } from './viewers/arrivals.js';

/** A crowd that comes, watches, and is cut off and comes back, as it is written to the results. */
export interface LiveViewersRun extends Settled, Judged {
  productId: string;
  connecting: Arrival & { cost: Cost };
  watching: ShownChanges & { cost: Cost };
  storm: Arrival & { cost: Cost };
  search: { mostPerSecond: number | null; steps: Step[] } | null;
  memory: Record<'before' | 'connected' | 'watched' | 'afterStorm', GatewayMemory>;
  /** What the gateway grew by as the viewers came, of each; null where it cannot be told. */
  bytesPerViewer: number | null;
  showingTheEnd: number;
  books: Books;
  /** Of the changes at the usual pace. */
  monotonicMicroseconds: [number, number];
}

/** More than any benchmark sells. */
const STOCK = 1_000_000;
const STEP_SECONDS = 5;

export async function runLiveViewers(
  parts: LiveViewersParts,
  options: LiveViewersOptions,
): Promise<LiveViewersRun> {
  const { crowds } = parts;
  const { viewers, progress } = options;
  const productId = await putOnSale(parts.seller, 'Watched sneaker', STOCK);
  const sale: Sale = { productId, available: STOCK };
  const show = (perSecond: number, seconds: number) =>
    showChanges(parts, sale, viewers, { perSecond, seconds });
  const at = (step: string) => (done: number) => progress(step, done, viewers);

  const gateway = await withAddress(new URL('/graphql', parts.gatewayUrl));
  // Nobody watches yet: what a first change costs a gateway that has just started is no part of the figures.
  const before = await readMemory(parts);
  await crowds.open(gateway, subscriptionTo(productId));
  const connecting = await costOf(parts, () => crowds.connect(at('connecting')));
  const connected = await readMemory(parts);

  progress('watching', 0, 1);
  const watching = await costOf(parts, () => show(options.changes, options.seconds));
  const watched = await readMemory(parts);

  const steps = options.search ? await search(options.changes, rateOf(show, progress)) : null;
  const lostWatching = count(await crowds.failures());
  const storm = await costOf(parts, () => crowds.storm(at('coming back')));
  const afterStorm = await readMemory(parts);

  progress('the last change', 0, 1);
  const afterwards = await show(1, 1);
  const lost = lostWatching + count(await crowds.failures());
  const showingTheEnd = await crowds.showing(sale.available);
  const shown = [watching.result, afterwards];
  // Not of the search, which goes on until it is too much.
  const otherAnswers = shown.reduce((total, { others }) => total + count(others), 0);

  progress('checking', 0, 1);
  const settled = await settle(
    parts,
    async () => ({ books: await readBooks(parts, productId) }),
    (found) =>
      judge({
        ...found,
        viewers,
        stock: STOCK,
        orders: STOCK - sale.available,
        // The last change is one more.
        wantedCheckouts: options.changes * options.seconds + 1,
        otherAnswers,
        connecting: connecting.result,
        storm: storm.result,
        shown,
        lost,
        showingTheEnd,
      }),
  );
  return {
    productId,
    connecting: { ...connecting.result, cost: connecting.cost },
    watching: { ...watching.result, cost: watching.cost },
    storm: { ...storm.result, cost: storm.cost },
    search: steps && { mostPerSecond: mostHeld(steps), steps },
    memory: { before, connected, watched, afterStorm },
    bytesPerViewer: perViewer(before, connected, viewers),
    showingTheEnd,
    ...settled,
    monotonicMicroseconds: watching.cost.monotonicMicroseconds,
  };
}

const subscriptionTo = (productId: string) =>
  `subscription { stockChanged(productIds: ["${productId}"]) { id stock { available held sold asOf } } }`;

const rateOf =
  (
    show: (perSecond: number, seconds: number) => Promise<ShownChanges>,
    progress: LiveViewersOptions['progress'],
  ) =>
  (perSecond: number) => {
    progress(`trying ${perSecond} changes a second`, 0, 1);
    return show(perSecond, STEP_SECONDS);
  };

const count = (counts: Record<string, number>) =>
  Object.values(counts).reduce((total, each) => total + each, 0);

function perViewer(before: GatewayMemory, after: GatewayMemory, viewers: number): number | null {
  if (before.resident === null || after.resident === null) return null;
  return (after.resident - before.resident) / viewers;
}
