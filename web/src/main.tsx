import './styles/base.css';
import './styles/components.css';
import './styles/shell.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { followChanges } from './api/live-updates.ts';
import { openQueryCache } from './api/query-cache.ts';
import { WhoProvider } from './shell/current-client.tsx';
import { Shell } from './shell/shell.tsx';
import { applyTheme } from './shell/theme.ts';

const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no place for the page');

applyTheme();
const client = openQueryCache();
followChanges(client);
createRoot(root).render(
  <QueryClientProvider client={client}>
    <WhoProvider>
      <Shell />
    </WhoProvider>
  </QueryClientProvider>,
);
