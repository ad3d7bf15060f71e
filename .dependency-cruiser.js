// Arrows go down only: main → command-line → compose → app, simulator → modules → freshness → platform.
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '^src/', pathNot: allowed },
});

const DECISIONS =
  '^src/modules/(inventory/slot|reservations/(reservation|calendar)|orders/(order|order-block|order-directory)|vehicles/timeline|supply/(planner/[a-z-]+|write-back))\\.ts$';

export default {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/' }, to: {} },
    {
      name: 'only-what-is-declared',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined', 'npm-dev'] },
    },
    only('platform-stands-alone', '^src/platform/', '^src/platform/', 'platform knows no business word'),
    only('freshness-reads-platform', '^src/freshness/', '^src/(freshness|platform)/'),
    only('config-reads-platform', '^src/config/', '^src/(config|platform)/'),
    only(
      'simulator-plays-a-stranger',
      '^src/simulator/',
      '^src/(simulator|platform)/',
      'it shares no idea of a slot with the adapters that read it, or both could be wrong together',
    ),
    only(
      'app-joins-modules',
      '^src/app\\.ts$',
      '^src/(platform/|modules/[^/]+/index\\.ts$)',
      'the HTTP surface is built from module doors',
    ),
    only(
      'compose-wires',
      '^src/compose\\.ts$',
      '^src/((app|sample-suppliers)\\.ts$|config/|freshness/index\\.ts$|platform/|modules/[^/]+/index\\.ts$)',
    ),
    only(
      'samples-play-suppliers',
      '^src/sample-suppliers\\.ts$',
      '^src/(simulator/index\\.ts$|modules/supply/index\\.ts$)',
    ),
    only('main-loads-the-command-line', '^src/main\\.ts$', '^src/command-line\\.ts$'),
    only(
      'command-line-starts',
      '^src/command-line\\.ts$',
      '^src/((compose|import-command|import-error|sync-command)\\.ts$|config/|platform/|simulator/index\\.ts$)',
    ),
    only(
      'sync-watches',
      '^src/sync-[a-z]+\\.ts$',
      '^src/((compose|sync-[a-z]+)\\.ts$|config/|platform/|modules/[^/]+/index\\.ts$)',
    ),
    only(
      'import-reads-files',
      '^src/import-[a-z]+\\.ts$',
      '^src/((compose|import-[a-z]+)\\.ts$|config/|platform/|modules/[^/]+/index\\.ts$)',
    ),
    {
      name: 'modules-do-not-look-up',
      severity: 'error',
      from: { path: '^src/modules/' },
      to: {
        path: [
          '^src/(main|command-line|compose|app|(import|sync)-[a-z]+|config|simulator)',
          '^src/freshness/(?!index\\.ts$)',
        ],
      },
    },
    {
      name: 'modules-through-the-door',
      severity: 'error',
      from: { path: '^src/modules/([^/]+)/' },
      to: { path: '^src/modules/([^/]+)/', pathNot: ['^src/modules/$1/', '^src/modules/[^/]+/index\\.ts$'] },
    },
    {
      name: 'inventory-knows-no-other-module',
      severity: 'error',
      from: { path: '^src/modules/inventory/' },
      to: { path: '^src/modules/(?!inventory/)' },
    },
    {
      name: 'reservations-know-inventory-only',
      severity: 'error',
      from: { path: '^src/modules/reservations/' },
      to: { path: '^src/modules/(?!inventory/|reservations/)' },
    },
    {
      name: 'orders-know-reservations-and-inventory',
      severity: 'error',
      from: { path: '^src/modules/orders/' },
      to: { path: '^src/modules/(?!orders/|reservations/|inventory/)' },
    },
    {
      name: 'vehicles-stand-alone',
      severity: 'error',
      from: { path: '^src/modules/vehicles/' },
      to: { path: '^src/modules/(?!vehicles/)' },
    },
    {
      name: 'events-stand-alone',
      severity: 'error',
      from: { path: '^src/modules/events/' },
      to: { path: '^src/(freshness/|modules/(?!events/))' },
    },
    {
      name: 'decisions-do-not-read-node',
      severity: 'error',
      comment: 'its modules resolve to bare names such as fs, which no path below would match',
      from: { path: DECISIONS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'decisions-are-pure',
      severity: 'error',
      comment: 'what decides takes time and ids as arguments and touches nothing',
      from: { path: DECISIONS },
      to: {
        path: ['^src/', '^node:', 'node_modules'],
        pathNot: [
          '^src/platform/(ids|money|errors|clock|instant|moment|duration)\\.ts$',
          '^src/modules/(inventory/(index|slot)|reservations/(reservation|calendar|[a-z-]+-failures)|orders/(order|order-block|order-directory|[a-z-]+-failures)|supply/(planner/[a-z-]+|adapters/adapter))\\.ts$',
        ],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.test\\.ts$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
