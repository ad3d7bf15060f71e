import './styles/base.css';
import './styles/parts.css';
import './styles/shell.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { followChanges } from './live.ts';
import { openQueryCache } from './query-cache.ts';
import { Shell } from './shell.tsx';
import { applyTheme } from './theme.ts';
import { WhoProvider } from './who.tsx';

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
