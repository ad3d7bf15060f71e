import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Icon, type IconName } from '../components/icon.tsx';

interface Props {
  readonly icon: IconName;
  readonly label: ReactNode;
  readonly className?: string;
  /** Renders the sheet, with a function that closes it and returns the focus to the button. */
  readonly children: (close: () => void) => ReactNode;
}

/** Button in the bar that opens a sheet beneath it. */
export function BarMenu({ icon, label, className = '', children }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setIsOpen(false);
    button.current?.focus();
  };

  useEffect(() => {
    if (!isOpen) return;
    const closeOutside = ({ target }: Event) => {
      if (target instanceof Node && !menu.current?.contains(target)) setIsOpen(false);
    };
    const closeOnEscape = ({ key }: KeyboardEvent) => {
      if (key !== 'Escape') return;
      setIsOpen(false);
      button.current?.focus();
    };
    document.addEventListener('pointerdown', closeOutside);
    document.addEventListener('keydown', closeOnEscape);
    return () => {
      document.removeEventListener('pointerdown', closeOutside);
      document.removeEventListener('keydown', closeOnEscape);
    };
  }, [isOpen]);

  return (
    <div className="bar-menu" ref={menu}>
      <button
        ref={button}
        type="button"
        className={`bar-menu-button ${className}`}
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Icon name={icon} />
        {label}
      </button>
      {isOpen && <div className="sheet bar-menu-sheet">{children(close)}</div>}
    </div>
  );
}
