import type { Log } from '../log.js';
import { setTracer } from './tracer.js';

const NOTHING = { close: () => Promise.resolve() };

/**
 * Opens the process' tracing where the standard variables of OpenTelemetry say where spans go; elsewhere not a module of
 * it is loaded. To be opened before every other part, which look whether there is any as they open, and so closed after
 * them, when their last spans have ended.
 *
 * The variables are OpenTelemetry's, which reads them itself.
 *
 * @param service the name in traces, unless `OTEL_SERVICE_NAME` says another.
 * @throws Error when a variable is not usable.
 */
export async function openTracing(service: string, log: Log): Promise<{ close(): Promise<void> }> {
  const settings = process.env;
  const endpoint = settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint || settings.OTEL_SDK_DISABLED === 'true' || settings.OTEL_TRACES_EXPORTER === 'none')
    return NOTHING;
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint))
    throw new Error('OTEL_EXPORTER_OTLP_ENDPOINT: an http or https URL');
  const { openOtel } = await import('./otel.js');
  const opened = openOtel(service, log);
  setTracer(opened);
  return {
    close: async () => {
      setTracer(undefined);
      await opened.close();
    },
  };
}
