export { openDocuments, parseQuietly } from './documents.js';
export type { Documents, OperationRequest, SubscriptionRequest } from './documents.js';
export { followGraph, type CurrentGraph } from './follow-graph.js';
export type { Graph, SubscriptionPlan } from './graph.js';
export type { AccessTags } from './access-tags.js';
export { selectedFields, tagged } from './selected-fields.js';
