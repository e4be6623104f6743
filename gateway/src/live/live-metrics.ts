import type { Metrics } from '@stampede/shared/telemetry';

export type LiveMetrics = ReturnType<typeof openLiveMetrics>;

/** What operators see of live connections, and what tests count sharing by. */
export function openLiveMetrics(metrics: Metrics) {
  const connections = metrics.gauge('live_connections', 'Open WebSockets and event streams.', ['transport']);
  const subscriptions = metrics.gauge('live_subscriptions', 'Subscriptions of clients.', ['transport']);
  const frames = metrics.counter('live_frames_total', 'Messages sent to clients.', ['transport']);
  const bytes = metrics.counter('live_bytes_total', 'Bytes of messages sent to clients.', ['transport']);
  for (const transport of ['websocket', 'sse']) {
    connections.set({ transport }, 0);
    subscriptions.set({ transport }, 0);
  }
  return {
    upstreams: metrics.gauge('live_upstreams', 'Distinct subscriptions kept at subgraphs.'),
    upstreamsOpened: metrics.counter('live_upstreams_opened_total', 'Subscriptions begun at subgraphs.'),
    events: metrics.counter('live_events_total', 'Events of subgraphs, each executed and encoded once.'),
    conflated: metrics.counter(
      'live_conflated_frames_total',
      'Values that a slow reader was not sent, since a newer one had come.',
    ),
    refused: metrics.counter('live_refused_total', 'Connections that were refused or ended by the gateway.', [
      'transport',
      'reason',
    ]),
    /** The label is looked up once, not ten thousand times per event. */
    of: (transport: 'websocket' | 'sse') => ({
      connections: connections.labels(transport),
      subscriptions: subscriptions.labels(transport),
      frames: frames.labels(transport),
      bytes: bytes.labels(transport),
    }),
  };
}

export type TransportMetrics = ReturnType<LiveMetrics['of']>;
