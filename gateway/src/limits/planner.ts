import type { QueryPlannerConfig } from '@apollo/query-planner';

/**
 * Planning cannot be interrupted, so what it may look at is bounded. A field that several subgraphs have makes several
 * plans of each that there was; beyond this many, the worst of those are left out unseen (10,000, unless it is said).
 */
export const plannerBounds: QueryPlannerConfig = { debug: { maxEvaluatedPlans: 200 } };
