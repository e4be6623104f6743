export { asSubscription, isMutation } from './documents.js';
export type { OperationRequest, SubscriptionRequest } from './documents.js';
export { followGraph, type CurrentGraph } from './follow-graph.js';
export type { Graph, SubscriptionPlan } from './graph.js';
