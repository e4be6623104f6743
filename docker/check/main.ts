// Part of `npm run check`: whether the image, Compose files and manifests are what their schemas say, name what is
// there, and give each service the settings that it reads.
import { problemsOfCompose } from './compose/check.ts';
import { problemsOfImage } from './image/check.ts';
import { problemsOfKubernetes } from './kubernetes/check.ts';
import { makeSecretFiles } from './sample-secrets.ts';

const secrets = makeSecretFiles();
try {
  const problems = [...problemsOfImage(), ...problemsOfCompose(secrets), ...problemsOfKubernetes(secrets)];
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exitCode = problems.length > 0 ? 1 : 0;
} finally {
  secrets.remove();
}
