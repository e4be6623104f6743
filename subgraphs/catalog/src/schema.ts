import type { Database } from '@stampede/shared/database';
import { buildSubgraph, type Subgraph } from '@stampede/shared/graphql';
import type { Inventory } from '@stampede/shared/inventory';
import { BrowseResolver } from './browse/browse.resolver.js';
import { openProductReader } from './browse/product-reader.js';
import { CreateProductResolver } from './create-product/create-product.resolver.js';
import { Seller } from './product.entity.js';
import { RebuildResolver } from './rebuild/rebuild.resolver.js';
import { StockResolver } from './stock/stock.resolver.js';
import type { StockReader } from './stock/stock-reader.js';

export interface CatalogParts {
  database: Database;
  inventory: Inventory;
  stock: StockReader;
}

export function buildCatalog({ database, inventory, stock }: CatalogParts): Promise<Subgraph> {
  const products = openProductReader(database);
  return buildSubgraph({
    resolvers: [
      new BrowseResolver(products, inventory),
      new CreateProductResolver(database),
      new RebuildResolver(database),
      new StockResolver(stock),
    ],
    types: [Seller],
    references: { Product: ({ id }: { id: string }) => products.one(id) },
  });
}
