import { emitSchema } from '@stampede/shared/graphql';
import { buildCatalog, type CatalogParts } from './schema.js';

// The schema needs its resolvers' shapes only: no part is called.
const { sdl } = await buildCatalog({} as CatalogParts);
emitSchema(sdl);
