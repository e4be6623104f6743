import { emitSchema } from '@stampede/shared/graphql';
import { buildOrder, type OrderParts } from './schema.js';

// The schema needs its resolvers' shapes only: no part is called.
const { sdl } = await buildOrder({} as OrderParts);
emitSchema(sdl);
