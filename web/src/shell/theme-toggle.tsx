import { Icon } from '../components/icon.tsx';
import { chooseTheme, type Theme, useTheme } from './theme.ts';

const NEXT: Readonly<Record<Theme, Theme>> = { auto: 'light', light: 'dark', dark: 'auto' };
const SAID: Readonly<Record<Theme, string>> = {
  auto: "the system's colours",
  light: 'light colours',
  dark: 'dark colours',
};
const ICONS = { auto: 'half', light: 'sun', dark: 'moon' } as const;

export function ThemeToggle() {
  const theme = useTheme();
  const next = NEXT[theme];
  const label = `Now ${SAID[theme]}; change to ${SAID[next]}`;
  return (
    <button type="button" className="plain round" onClick={() => chooseTheme(next)} aria-label={label} title={label}>
      <Icon name={ICONS[theme]} />
    </button>
  );
}
