import { readFile, writeFile } from 'node:fs/promises';
import { ROLES } from '../src/access/principal.ts';
import { ROUTE_TABLE, type RouteAccess } from '../src/access/route-table.ts';

const OPENAPI = new URL('../openapi.json', import.meta.url);
const PAGE = new URL('../docs/access.md', import.meta.url);
/** The group of routes that OpenAPI does not describe. */
const UNDESCRIBED = 'Page and monitoring';

const INTRODUCTION = `# Who may use which route

<!-- Generated from src/access/route-table.ts by npm run openapi. -->

With \`AUTH=on\` the server allows a request only if its principal's role may use the route. This page is generated from the
table that enforces it. [Security](security.md) says how to get credentials, and [the API](api.md#authentication) how to
send them.

- **all**: the role may use the route for everything that it reads or changes.
- **own**: the role may use the route for what belongs to its subject only. Lists contain no more, another's thing is
  answered as if it did not exist (404), and a request that names another's id in its body or query is refused (403).
- **–**: the route answers 403.
- **public**: the route needs no credentials.

With \`AUTH=off\` every request may do everything.
`;

interface Described {
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly tags: readonly string[] }>>>>;
}

/** Renders `docs/access.md`: routes by roles, grouped as `openapi.json` groups them. */
export function renderAccess(openapi: string): string {
  const { tags, paths } = JSON.parse(openapi) as Described;
  const entries = Object.entries(ROUTE_TABLE).map(([route, access]) => {
    const [method = '', url = ''] = route.split(' ');
    const path = url.replaceAll(/:(\w+)/g, '{$1}');
    const group = paths[path]?.[method.toLowerCase()]?.tags[0] ?? UNDESCRIBED;
    return { group, row: [`\`${method} ${path}\``, ...cellsOf(access)] };
  });
  const groups = [...tags.map(({ name }) => name), UNDESCRIBED].map((group) => ({
    group,
    rows: entries.filter((entry) => entry.group === group).map(({ row }) => row),
  }));
  const sections = groups
    .filter(({ rows }) => rows.length > 0)
    .map(({ group, rows }) => `## ${group}\n\n${formatTable([['route', ...ROLES], ...rows])}\n`);
  return [INTRODUCTION, ...sections].join('\n');
}

function cellsOf(access: RouteAccess): string[] {
  return ROLES.map((role) => (access === 'public' ? 'public' : (access[role] ?? '–')));
}

function formatTable([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

if (import.meta.main) await writeFile(PAGE, renderAccess(await readFile(OPENAPI, 'utf8')));
