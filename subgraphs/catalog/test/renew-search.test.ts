import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openLog } from '@stampede/shared/telemetry';
import { openSearchRenewal, renewSearch } from '../src/browse/renew-search.js';
import { SEARCH_FORM, searchColumnsOf, type SearchColumns } from '../src/browse/search-form.js';
import { openCatalog, type CatalogUnderTest } from './open-catalog.js';
import { copies } from './wish-fixture.js';

let catalog: CatalogUnderTest;
let id: string;
beforeAll(async () => {
  catalog = await openCatalog();
});
beforeEach(async () => {
  await catalog.database.run('DELETE FROM product');
  ({ id } = await catalog.create({ name: '신발', brands: ['Sea, Works', '"공방"'], description: 'Long.' }));
});
afterAll(() => catalog[Symbol.asyncDispose]());

const age = (form: number) =>
  catalog.database.run(
    `UPDATE product SET search_text = ' old', name_form = 'old', brand_keys = '{old}', search_form = $1`,
    [form],
  );
const rows = () =>
  catalog.database.query<SearchColumns & { version: number }>(
    'SELECT DISTINCT search_text, name_form, brand_keys, search_form, version FROM product',
  );
const present = () => ({
  ...searchColumnsOf({ name: '신발', brands: ['Sea, Works', '"공방"'], description: 'Long.' }),
  version: 1,
});
const found = async () =>
  (await catalog.ask('{ products(filter: { search: "신발" }) { totalCount } }')).data.products
    .totalCount as number;

test('a product that is created or changed has the present form', async () => {
  expect(await rows()).toEqual([present()]);
  expect(await renewSearch(catalog.database)).toBe(0);
});

test('what was stored in an older form, or before there was any, is found again', async () => {
  await age(0);
  await copies(catalog.database, id, 149);
  expect(await found()).toBe(0);
  // In batches; nobody is told of it, as nothing has changed that anybody sees.
  expect(await renewSearch(catalog.database)).toBe(100);
  expect(await renewSearch(catalog.database)).toBe(50);
  expect(await renewSearch(catalog.database)).toBe(0);
  expect(await found()).toBe(150);
  expect(await rows()).toEqual([present()]);
});

test('what a newer replica has written stays', async () => {
  await age(SEARCH_FORM + 1);
  expect(await renewSearch(catalog.database)).toBe(0);
  expect(await rows()).toMatchObject([{ search_text: ' old', search_form: SEARCH_FORM + 1 }]);
});

test('a product that somebody has in hand is neither waited for nor overwritten', async () => {
  await age(0);
  await catalog.database.transaction('test', async (tx) => {
    await tx.run('SELECT FROM product WHERE id = $1 FOR UPDATE', [id]);
    expect(await renewSearch(catalog.database)).toBe(0);
  });
  expect(await renewSearch(catalog.database)).toBe(1);
});

test('the service renews all of them by itself, and ends when it is closed', async () => {
  await age(0);
  await copies(catalog.database, id, 249);
  const log = openLog('catalog', 'silent');
  const told = new Promise<object>((resolve) => {
    log.info = (facts: unknown) => resolve(facts as object);
  });
  const renewal = openSearchRenewal({ database: catalog.database, log });
  expect(await told).toEqual({ products: 250 });
  await renewal.close();
  expect(await found()).toBe(250);
});
