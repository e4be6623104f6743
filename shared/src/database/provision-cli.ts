import { z } from 'zod';
import { exitOnEnvironmentError, readEnv } from '../env/index.js';
import { SERVICES, provisionDatabase, type ServiceName } from './provision.js';

// Run once per installation, with a connection that may create roles; the services themselves never have it.
const password = z.string().min(8);
const env = exitOnEnvironmentError(() =>
  readEnv({
    ADMIN_DATABASE_URL: z.url(),
    DATABASE_NAME: z.string().default('stampede'),
    ROLE_PASSWORD_USER: password,
    ROLE_PASSWORD_CATALOG: password,
    ROLE_PASSWORD_ORDER: password,
    ROLE_PASSWORD_PAYMENT: password,
  }),
);

const passwordOf = (service: ServiceName) =>
  env[`ROLE_PASSWORD_${service.toUpperCase() as Uppercase<ServiceName>}`];

await provisionDatabase({
  adminUrl: env.ADMIN_DATABASE_URL,
  database: env.DATABASE_NAME,
  passwords: Object.fromEntries(SERVICES.map((service) => [service, passwordOf(service)])) as Record<
    ServiceName,
    string
  >,
});
