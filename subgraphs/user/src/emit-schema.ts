import { emitSchema } from '@stampede/shared/graphql';
import { buildUserSubgraph, type UserParts } from './schema.js';

// The schema's text does not depend on the parts: none of them is asked anything while it is built.
const { sdl } = await buildUserSubgraph({} as UserParts);
emitSchema(sdl);
