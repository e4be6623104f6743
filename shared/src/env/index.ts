export { EnvironmentError, readEnv, exitOnEnvironmentError } from './env.js';
export { baseEnv, origins, providerUrl, publicUrl, secret, serviceEnv } from './fields.js';
export { serviceUrls } from './service-urls.js';
export { isLoopback } from './loopback.js';
