import { openShop, type ServiceProcess, type Shop } from '@stampede/shared/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CRASHING_SERVICES, readPassed, type CrashingService, type Point } from './point.js';
import { openHouse, type House } from './sale/stage.js';

/** A shop whose processes can be made to die at a step, and write down the steps that they pass. */
export interface ShopUnderFire extends AsyncDisposable {
  shop: Shop;
  house: House;
  process(service: CrashingService): ServiceProcess;
  /** What was passed since the last call. */
  takePassed(): Point[];
  /** Ends a process, and starts it so that it dies at the point. Does not wait for it. */
  arm(point: Point): Promise<void>;
}

export async function openShopUnderFire(): Promise<ShopUnderFire> {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-crashes-'));
  const file = join(folder, 'points');
  writeFileSync(file, '');
  const env = Object.fromEntries(CRASHING_SERVICES.map((name) => [name, { CRASH_POINTS_FILE: file }]));
  const shop = await openShop({ env }).catch((error: unknown) => {
    rmSync(folder, { recursive: true });
    throw error;
  });
  const process = (service: CrashingService) => shop.services[service];
  return {
    shop,
    house: await openHouse(shop),
    process,
    takePassed: () => {
      const passed = readPassed(file);
      writeFileSync(file, '');
      return passed;
    },
    arm: async ({ service, name }) => {
      await process(service).stop();
      process(service).start({ CRASH_AT: name });
    },
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}
