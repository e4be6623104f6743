import { admissionMetrics, openAdmission, type Admission } from '@stampede/shared/admission';
import type { Metrics } from '@stampede/shared/telemetry';
import type { Env } from '../env.js';
import { kindsOfWork, PRIORITIES, type Priority } from './priorities.js';

export type GatewayAdmission = Admission<Priority>;

export function openGatewayAdmission(env: Env, metrics: Metrics): GatewayAdmission {
  const { ADMISSION_PLACES: places, ADMISSION_WAITING: waiting } = env;
  return openAdmission({
    kinds: kindsOfWork(env.ADMISSION_PATIENCE_MS),
    places,
    waiting,
    targetMs: env.ADMISSION_TARGET_MS,
    metrics: admissionMetrics(metrics, PRIORITIES, places),
  });
}
