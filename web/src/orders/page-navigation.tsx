import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { Icon } from '../components/icon.tsx';
import { formatCount, formatQuantity } from '../format.ts';
import { addressOf, parsePositiveInteger } from '../shell/addresses.ts';
import { navigate } from '../shell/hash-location.ts';

interface Props {
  readonly page: number;
  readonly totalPages: number;
  readonly totalOrders: number;
}

/** Opens another page of orders: first, previous, next, last, or by its number. */
export function PageNavigation({ page, totalPages, totalOrders }: Props) {
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const typed = parsePositiveInteger(text);
    if (typed !== undefined) navigate(addressOf('orders', { page: typed }));
    setText('');
  };
  return (
    <nav className="pages" aria-label="Pages">
      <p className="hint">
        {formatQuantity(totalOrders, 'order')} ·{' '}
        {page <= totalPages
          ? `page ${formatCount(page)} of ${formatCount(totalPages)}`
          : formatQuantity(totalPages, 'page')}
      </p>
      <div className="page-links">
        <PageLink page={1} isDisabled={page === 1} label="First" />
        <PageLink
          page={Math.max(1, Math.min(page - 1, totalPages))}
          isDisabled={page === 1}
          label="Previous page"
          icon="left"
        />
        <form onSubmit={submit}>
          <input
            aria-label="Go to page"
            inputMode="numeric"
            pattern="[1-9][0-9]*"
            placeholder={String(page)}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        </form>
        <PageLink page={page + 1} isDisabled={page >= totalPages} label="Next page" icon="right" />
        <PageLink page={totalPages} isDisabled={page === Math.max(1, totalPages)} label="Last" />
      </div>
    </nav>
  );
}

interface PageLinkProps {
  readonly page: number;
  readonly isDisabled: boolean;
  readonly label: string;
  /** Shown in place of the label. */
  readonly icon?: 'left' | 'right';
}

function PageLink({ page, isDisabled, label, icon }: PageLinkProps) {
  const content = icon === undefined ? label : <Icon name={icon} />;
  const ariaLabel = icon === undefined ? undefined : label;
  const className = icon === undefined ? 'button' : 'button round';
  if (isDisabled) {
    return (
      // biome-ignore lint/a11y/useValidAnchor: a disabled link keeps its place and its role
      <a className={className} role="link" aria-disabled="true" aria-label={ariaLabel}>
        {content}
      </a>
    );
  }
  return (
    <Link className={className} href={addressOf('orders', { page })} aria-label={ariaLabel}>
      {content}
    </Link>
  );
}
