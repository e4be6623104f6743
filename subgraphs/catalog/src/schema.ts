import type { Database } from '@stampede/shared/database';
import { buildSubgraph, type Subgraph } from '@stampede/shared/graphql';
import type { Inventory } from '@stampede/shared/inventory';
import type { Log } from '@stampede/shared/telemetry';
import { AuditResolver } from './audit/audit.resolver.js';
import { BrowseResolver } from './browse/browse.resolver.js';
import { ProductConnectionResolver } from './browse/product-connection.js';
import type { ProductReader } from './browse/product-reader.js';
import { CategoriesResolver } from './categories/categories.resolver.js';
import { openCategoryReader } from './categories/category-reader.js';
import { CloseSaleResolver } from './close-sale/close-sale.resolver.js';
import { CreateProductResolver } from './create-product/create-product.resolver.js';
import { PersonalDataResolver } from './personal-data/personal-data.resolver.js';
import { PauseSaleResolver } from './pause-sale/pause-sale.resolver.js';
import type { ComparePrices } from './price-comparison/compare-prices.js';
import { PriceComparisonResolver } from './price-comparison/price-comparison.resolver.js';
import { Seller } from './product.entity.js';
import { RebuildResolver } from './rebuild/rebuild.resolver.js';
import { RestockResolver } from './restock/restock.resolver.js';
import type { SaleFunnels } from './sale-stats/sale-funnels.js';
import { SaleStatsResolver } from './sale-stats/sale-stats.resolver.js';
import { StockResolver } from './stock/stock.resolver.js';
import type { StockReader } from './stock/stock-reader.js';
import { UpdateProductResolver } from './update-product/update-product.resolver.js';
import type { StockWatcher } from './watch-stock/stock-watcher.js';
import { WatchStockResolver } from './watch-stock/watch-stock.resolver.js';
import { watchStock } from './watch-stock/watch-stock.js';
import { OpeningSaleResolver } from './wishlist/reminders/opening-sale.resolver.js';
import { WishlistResolver } from './wishlist/wishlist.resolver.js';

export interface CatalogParts {
  database: Database;
  products: ProductReader;
  inventory: Inventory;
  stock: StockReader;
  watcher: StockWatcher;
  funnels: SaleFunnels;
  comparePrices: ComparePrices;
  /** Has order rebuild a product; resolves when that is done. @throws Unavailable */
  askForRebuild: (productId: string) => Promise<void>;
  log: Log;
}

export function buildCatalog(parts: CatalogParts): Promise<Subgraph> {
  const { database, products, inventory, stock, watcher, funnels } = parts;
  return buildSubgraph({
    resolvers: [
      new AuditResolver(database),
      new BrowseResolver(products, inventory),
      new CategoriesResolver(database, openCategoryReader(database)),
      new CloseSaleResolver(products, parts),
      new CreateProductResolver(database),
      new OpeningSaleResolver(database),
      new PauseSaleResolver(products, parts),
      new RebuildResolver(database, products),
      new PersonalDataResolver(database),
      new ProductConnectionResolver(),
      new PriceComparisonResolver(parts.comparePrices),
      new RestockResolver(products, parts),
      new SaleStatsResolver(database, products, funnels),
      new StockResolver(stock),
      new UpdateProductResolver(products, parts),
      new WatchStockResolver(),
      new WishlistResolver(database, products),
    ],
    types: [Seller],
    references: { Product: ({ id }: { id: string }) => products.one(id) },
    subscriptions: {
      stockChanged: ({ productIds }: { productIds: string[] }) => watchStock(watcher, products, productIds),
    },
  });
}
