import { Icon } from '../components/icon.tsx';
import { chooseTheme, type Theme, useTheme } from './theme.ts';

const NEXT: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };
const NAMES: Readonly<Record<Theme, string>> = { auto: 'system', light: 'light', dark: 'dark' };
const ICONS = { auto: 'half', light: 'sun', dark: 'moon' } as const;

export function ThemeToggle() {
  const theme = useTheme();
  const next = NEXT[theme];
  const label = `Theme: ${NAMES[theme]}. Switch to ${NAMES[next]}.`;
  return (
    <button type="button" className="plain round" onClick={() => chooseTheme(next)} aria-label={label} title={label}>
      <Icon name={ICONS[theme]} />
    </button>
  );
}
