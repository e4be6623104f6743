import { assertInvariants } from '@stampede/shared/testing';
import type { Tried } from '../tried.js';
import type { Discovered } from './discover.js';
import { lineOf } from './point.js';
import { ALWAYS, play } from './sale/all-journeys.js';
import { setStage, type Stage } from './sale/stage.js';
import { askAgain, compareMoney, findDeadLetters, findUnwritten } from './truth.js';
import type { ShopUnderFire } from './shop-under-fire.js';

/** After the end of a fault everything holds within this time. */
const WITHIN_MS = 60_000;
/** Runs of the sale until a point counts as not reached. */
const RUNS = 3;

/** Has one process die at one step amid the sale, starts it again, and waits until everything holds. */
export async function tryPoint(fire: ShopUnderFire, point: Discovered): Promise<Tried> {
  const fault = lineOf(point);
  const process = fire.process(point.service);
  const since = await clockOf(fire);
  const problems: string[] = [];
  const stages: Stage[] = [];
  let died: { backAt: number } | undefined;

  for (let run = 0; run < RUNS && !died; run += 1) {
    const stage = await setStage(fire.house);
    stages.push(stage);
    const playing = play(stage, [point.journey, ...ALWAYS]);
    if (run === 0) await fire.arm(point);
    const end = await Promise.race([process.ended(), playing.then(() => 'played' as const)]);
    if (end !== 'played') {
      if (end !== 'SIGKILL') problems.push(`it ended with ${String(end)}: ${lastLine(process.log())}`);
      process.start();
      died = { backAt: performance.now() };
      await process.ready();
    }
    problems.push(...(await playing));
  }
  if (!died) {
    // Unarmed, for the next one.
    await process.stop();
    process.start();
    await process.ready();
    problems.push(`not reached in ${RUNS} runs of the sale`);
  }
  try {
    await assertInvariants({ sql: fire.shop.sql, redis: fire.shop.redis, namespace: fire.shop.namespace });
  } catch (error) {
    problems.push((error as Error).message);
  }
  const heldAfterMs = died && performance.now() - died.backAt;
  if (heldAfterMs !== undefined && heldAfterMs > WITHIN_MS) {
    problems.push(`it took ${Math.round(heldAfterMs / 1_000)} s until everything held`);
  }
  for (const { told } of stages) problems.push(...(await askAgain(told)));
  const looks = [compareMoney, findDeadLetters, findUnwritten];
  for (const look of looks) problems.push(...(await look(fire.shop, since)));
  return { fault, heldAfterMs, ...(problems.length > 0 && { problem: problems.join('; ') }) };
}

async function clockOf({ shop }: ShopUnderFire): Promise<Date> {
  const [clock] = await shop.sql('payment').query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return clock!.now;
}

const lastLine = (log: string) => log.trimEnd().split('\n').at(-1) ?? '';
