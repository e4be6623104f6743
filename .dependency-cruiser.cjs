/** The house's rules of who may know whom. @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-service-imports-another',
      comment: 'Services speak by messages or by signed GraphQL, never by import.',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/' },
      to: { path: '^(subgraphs/(?!$1/)|gateway/|emulators/|bench/|faults/|docker/)' },
    },
    {
      name: 'gateway-imports-no-subgraph',
      severity: 'error',
      from: { path: '^gateway/' },
      to: { path: '^(subgraphs|emulators|bench|faults|docker)/' },
    },
    {
      name: 'emulators-stand-alone',
      comment: 'A stand-in for somebody else’s service must not share its client’s mistakes.',
      severity: 'error',
      from: { path: '^emulators/' },
      to: { path: '^(subgraphs|gateway|bench|faults|docker)/' },
    },
    {
      name: 'shared-imports-no-service',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(subgraphs|gateway|emulators|bench|faults|docker)/' },
    },
    {
      name: 'production-code-imports-no-testing',
      severity: 'error',
      from: { path: '^(subgraphs/[^/]+|gateway|emulators)/src/' },
      to: { path: '^(shared/(src|dist)/testing|.*/test/)' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(bun|deno)' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', 'dist'] },
    // Its parser does not know `await using` yet, which only tests write.
    exclude: { path: ['/dist/', '/node_modules/', '/test/'] },
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.d.ts'],
    },
  },
};
