export { Currency, Money, won } from './money.js';
export { PageInfo } from './page-info.js';
export { Rejection } from './rejection.js';
export { SalePhase } from './sale-phase.js';
export { decodeTimeCursor, encodeCursor, timeKey } from './cursor.js';
export { isStorable } from './storable.js';
export { buildSubgraph, streamOfParts, type Subgraph, type SubgraphParts } from './build-subgraph.js';
export { emitSchema } from './emit-schema.js';
