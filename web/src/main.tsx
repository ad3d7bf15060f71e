import './styles/theme.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/components.css';
import './styles/shell.css';
import './styles/client-picker.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { Router } from 'wouter';
import { startLiveUpdates } from './api/live-updates.ts';
import { openQueryCache } from './api/query-cache.ts';
import { announce } from './components/announcer.tsx';
import { startSession } from './session/session.ts';
import { onPrincipalChange } from './session/session-state.ts';
import { useHashLocation } from './shell/hash-location.ts';
import { Shell } from './shell/shell.tsx';
import { applyTheme } from './shell/theme.ts';

const root = document.getElementById('page');
if (root === null) throw new Error('index.html has no element with the id "page"');

applyTheme();
const queries = openQueryCache();
onPrincipalChange(() => announce(''));
startSession();
startLiveUpdates(queries);
createRoot(root).render(
  <QueryClientProvider client={queries}>
    <Router hook={useHashLocation}>
      <Shell />
    </Router>
  </QueryClientProvider>,
);
