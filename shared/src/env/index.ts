export { EnvironmentError, readEnv, exitOnEnvironmentError } from './env.js';
export { baseEnv, origins, providerUrl, secret, serviceEnv } from './fields.js';
