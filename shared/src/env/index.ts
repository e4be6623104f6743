export { EnvironmentError, readEnv, exitOnEnvironmentError } from './env.js';
export { baseEnv, providerUrl, secret, serviceEnv } from './fields.js';
