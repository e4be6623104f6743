export { providerBreakers } from './breaker.js';
export { forEachProvider } from './each-provider.js';
export { openProviderHttp, type Reply } from './http.js';
export { shortItemName } from './item-name.js';
export type {
  ApproveOutcome,
  CancelOutcome,
  DeclineReason,
  LookupOutcome,
  PrepareOutcome,
  Unknown,
} from './outcomes.js';
export type { NamedPayment, Provider, Providers, ToCancel, ToPrepare } from './provider.js';
