// Arrows go down only: main → cli → compose → app, simulator → modules → access → freshness → platform.
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from },
  to: { path: '^src/', pathNot: allowed },
});

/** Files that decide: states and rules, with time and ids as arguments. */
const DECISIONS = [
  '^src/modules/inventory/(slot|units)\\.ts$',
  '^src/modules/reservations/booking/reservation\\.ts$',
  '^src/modules/reservations/availability/plan/',
  '^src/modules/reservations/times/',
  '^src/modules/orders/order\\.ts$',
  '^src/modules/orders/pages/(order-block|order-directory)\\.ts$',
  '^src/modules/vehicles/states/timeline\\.ts$',
  '^src/modules/supply/planner/',
  '^src/modules/supply/write-back/retry-policy\\.ts$',
  '^src/modules/supply/supplier/retry-delay\\.ts$',
];

/**
 * The sub-folders of each module, from the lowest up: each may import those before it. Of the files at a module's root,
 * its door, routes and dependencies stand above the sub-folders; all others stand below them.
 */
const SUB_FOLDERS = {
  orders: ['pages', 'mysql', 'import'],
  reservations: ['times', 'people', 'booking', 'expiry', 'availability'],
  supply: [
    'supplier',
    'adapters',
    'planner',
    'write-back',
    'pulls',
    'leader',
    'status',
    'catalogue',
    'experiences',
    'items',
    'bookings',
  ],
  retention: ['forget'],
  vehicles: ['states', 'import'],
  webhooks: ['outbox', 'registry', 'deliveries'],
};
const TOP = '(index|samples|[a-z-]*routes|[a-z-]*-deps)\\.ts$';

const subFolderRules = Object.entries(SUB_FOLDERS).flatMap(([module, folders]) => {
  const root = `^src/modules/${module}/`;
  return [
    ...folders.map((folder, index) => ({
      name: `${module}-${folder}-imports-what-is-below-it`,
      severity: 'error',
      from: { path: `${root}${folder}/` },
      to: { path: [`${root}(${folders.slice(index + 1).join('|') || '-'})/`, `${root}${TOP}`] },
    })),
    {
      name: `${module}-root-imports-no-sub-folder`,
      severity: 'error',
      from: { path: `${root}[^/]+$`, pathNot: `${root}${TOP}` },
      to: { path: `${root}[^/]+/` },
    },
  ];
});

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
    only('access-reads-freshness-and-platform', '^src/access/', '^src/(access/|freshness/index\\.ts$|platform/)'),
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
      '^src/(platform/|(access|modules/[^/]+)/index\\.ts$)',
      'the HTTP surface is built from module doors',
    ),
    only(
      'compose-wires',
      '^src/compose/',
      '^src/(compose/|(app|sample-suppliers)\\.ts$|config/|(access|freshness|modules/[^/]+)/index\\.ts$|platform/)',
    ),
    only(
      'samples-play-suppliers',
      '^src/sample-suppliers\\.ts$',
      '^src/(simulator/index\\.ts$|modules/supply/index\\.ts$)',
    ),
    only('main-loads-the-command-line', '^src/main\\.ts$', '^src/(polyfills/install-polyfills|cli/command-line)\\.ts$'),
    only('polyfills-stand-alone', '^src/polyfills/', '^src/polyfills/'),
    only(
      'cli-starts-and-asks',
      '^src/cli/',
      '^src/(cli/|compose/|config/|platform/|(access|simulator|modules/[^/]+)/index\\.ts$)',
    ),
    {
      name: 'modules-do-not-look-up',
      severity: 'error',
      from: { path: '^src/modules/' },
      to: {
        path: [
          '^src/(main|cli|compose|app|sample-suppliers|config|simulator)',
          '^src/(access|freshness)/(?!index\\.ts$)',
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
      name: 'retention-is-above-what-it-keeps',
      severity: 'error',
      from: { path: '^src/modules/(?!retention/)' },
      to: { path: '^src/modules/retention/' },
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
          '^src/platform/(ids|money|errors)\\.ts$',
          '^src/platform/time/',
          '^src/modules/inventory/(index|price|slot|units)\\.ts$',
          '^src/modules/.*-failures\\.ts$',
          '^src/modules/supply/(planner|supplier)/',
          '^src/modules/supply/adapters/adapter\\.ts$',
          ...DECISIONS,
        ],
      },
    },
    ...subFolderRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.test\\.ts$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
