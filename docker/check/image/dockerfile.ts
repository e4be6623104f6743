import { validate } from 'dockerfile-utils';
import { DockerfileParser, type Dockerfile } from 'dockerfile-ast';
import type { Service } from '../services.ts';

/** What `problemsOfDockerfile` compares it with. */
export interface Repository {
  /** Folders of all workspaces. */
  workspaces: string[];
  services: Service[];
  emulators: Service;
  /** What services read besides what is built. */
  read: string[];
}

/** What is wrong with the Dockerfile: a linter's findings, and what the repository has that it has not. */
export function problemsOfDockerfile(text: string, repository: Repository): string[] {
  const file = DockerfileParser.parse(text);
  return [
    ...validate(text).map(
      ({ message, range }) =>
        `line ${range.start.line + 1}: ${typeof message === 'string' ? message : message.value}`,
    ),
    ...problemsOfManifests(file, repository.workspaces),
    ...problemsOfRights(file),
    ...problemsOfStart(file, repository),
  ].map((problem) => `docker/Dockerfile: ${problem}`);
}

const argumentsOf = (file: Dockerfile, keyword: string): string[] =>
  file
    .getInstructions()
    .filter((instruction) => instruction.getKeyword() === keyword)
    .map((instruction) => instruction.getArgumentsContent() ?? '');

/** `npm ci` reads every workspace's manifest, or says that the lock file is another's. */
function problemsOfManifests(file: Dockerfile, workspaces: string[]): string[] {
  const copied = argumentsOf(file, 'COPY');
  return workspaces
    .map((folder) => `${folder}/package.json ${folder}/`)
    .filter((copy) => !copied.includes(copy))
    .map((copy) => `does not COPY ${copy}`);
}

/** Pinned, by somebody without rights, and without a secret. */
function problemsOfRights(file: Dockerfile): string[] {
  const [image] = argumentsOf(file, 'ARG').filter((text) => text.startsWith('NODE_IMAGE='));
  const users = argumentsOf(file, 'USER');
  const told = ['ARG', 'ENV'].flatMap((keyword) => argumentsOf(file, keyword));
  return [
    ...(/:\d+\.\d+\.\d+-/.test(image ?? '') ? [] : ['its base is not pinned to a version']),
    ...(users.length > 0 && users.every((user) => /^[1-9]\d*:[1-9]\d*$/.test(user))
      ? []
      : ['does not run as the number of somebody without rights']),
    ...told
      .filter((text) => /secret|password|token|key=/i.test(text))
      .map((text) => `tells a secret: ${text}`),
  ];
}

/** What a stage starts, it has; and in the form that gives signals to Node itself. */
function problemsOfStart(file: Dockerfile, { services, emulators, read }: Repository): string[] {
  const commands = argumentsOf(file, 'CMD').map((text) => JSON.stringify(parsed(text)));
  const copied = argumentsOf(file, 'COPY').flatMap((text) => /^\/app\/(\S+) \1$/.exec(text)?.[1] ?? []);
  const started = [services.find(({ name }) => name === 'gateway')!, emulators];
  const entries = [...services, emulators].map(({ command }) => command.at(-1)!);
  return [
    ...started
      .filter(({ command }) => !commands.includes(JSON.stringify(command)))
      .map(({ name, command }) => `no CMD starts ${name} as npm start does, by ${JSON.stringify(command)}`),
    ...[...entries, ...read]
      .filter((path) => !copied.some((folder) => `${path}/`.startsWith(`${folder}/`)))
      .map((path) => `has no ${path}`),
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
