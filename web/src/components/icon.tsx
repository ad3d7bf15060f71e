const PATHS = {
  mark: 'M7 4v16M17 4v16M7 12h10',
  calendar: 'M4 6.5h16v13H4zM4 10.5h16M8 4v4M16 4v4',
  ticket: 'M4 7h16v3.5a1.8 1.8 0 0 0 0 3.5V17H4v-3a1.8 1.8 0 0 0 0-3.5zM14 7v10',
  stack: 'M12 4l8 4-8 4-8-4zM4 12l8 4 8-4M4 16l8 4 8-4',
  week: 'M4 5h16v15H4zM9.3 5v15M14.6 5v15M4 9.5h16',
  rows: 'M4 6h16M4 12h16M4 18h16',
  timeline: 'M4 12h16M7 9v6M13 9v6M18 9v6',
  pulse: 'M3 12h4l3-7 4 14 3-7h4',
  send: 'M4 12h11M11 7l5 5-5 5M20 5v14',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c1-3.6 4-5.2 7.500-5.200s6.500 1.600 7.500 5.200',
  key: 'M8 18.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9zM11.200 10.800L19.500 4M16 7l2.500 3',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v1.500M12 19.500V21M3 12h1.500M19.500 12H21M5.600 5.600l1 1M17.400 17.400l1 1M18.400 5.600l-1 1M6.600 17.400l-1 1',
  moon: 'M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z',
  half: 'M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16',
  left: 'M14.500 6l-6 6 6 6',
  right: 'M9.500 6l6 6-6 6',
  clock: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM12 7.500V12l3 2',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  refresh: 'M19 12a7 7 0 1 1-2-4.900M19 4v4h-4',
  close: 'M6 6l12 12M18 6L6 18',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
