/** What Node is told for every service: here, in containers and in clusters. */
export const nodeOptions = ['--enable-source-maps'];

/** The file by which the service of this folder starts; both are paths of the repository. */
export const entryOf = (folder: string): string => `${folder}/dist/main.js`;
