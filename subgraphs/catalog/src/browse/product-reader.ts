import type { Database, Sql } from '@stampede/shared/database';
import DataLoader from 'dataloader';
import type { Product } from '../product.entity.js';
import { PRODUCT_COLUMNS, productOf, type ProductRow } from '../product-row.js';
import { listProducts, type ListRequest } from './list-products.js';
import type { ProductConnection } from './product-connection.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads products: those asked for in one tick, by whatever request, in one statement. */
export interface ProductReader {
  one(id: string): Promise<Product | null>;
  /** @throws BAD_USER_INPUT; Unavailable when it takes too long */
  page(request: ListRequest): Promise<ProductConnection>;
}

/** @param lists where pages are read, by {@link openLists}; where single products are unless given. */
export function openProductReader(database: Database, lists: Sql = database): ProductReader {
  const loader = new DataLoader<string, Product | null>(
    async (ids) => {
      const rows = await database.query<ProductRow>(
        `SELECT ${PRODUCT_COLUMNS} FROM product WHERE id = ANY($1)`,
        [ids],
      );
      const byId = new Map(rows.map((row) => [row.id, productOf(row)]));
      return ids.map((id) => byId.get(id) ?? null);
    },
    { cache: false, maxBatchSize: 500 },
  );
  return {
    // What is no id at all names no product.
    one: (id) => (UUID.test(id) ? loader.load(id.toLowerCase()) : Promise.resolve(null)),
    page: (request) => listProducts(lists, request),
  };
}
