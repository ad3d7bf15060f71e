import '../styles/orders.css';
import { type FormEvent, useState } from 'react';
import { orderPage } from '../api/queries.ts';
import type { Order } from '../api/resources.ts';
import { useKnown } from '../api/use-cached.ts';
import { Icon } from '../components/icon.tsx';
import { Empty, Loading, Problem } from '../components/states.tsx';
import { Badge } from '../components/status-badge.tsx';
import { Age } from '../components/updated-ago.tsx';
import { count, fullDate, money } from '../format.ts';
import { go, linkTo, numberOf, usePlace } from '../shell/router.ts';

/** All orders, a page at a time; which one is in the address. */
export function OrdersView() {
  const page = numberOf(usePlace().query, 'page') ?? 1;
  const { body, known, error, isPrevious, refresh } = useKnown(orderPage(page), {
    keepPrevious: true,
  });
  const pages = body?.total_pages ?? 1;
  return (
    <div className="view">
      <div className="view-head">
        <h1>Orders</h1>
        <Age known={known} error={error} />
      </div>
      {error && <Problem error={error} retry={refresh} />}
      {body === undefined && !error && <Loading rows={11} />}
      {body && (
        <>
          <Pages page={page} pages={pages} total={body.total_orders} />
          <div className="table-place" data-asking={isPrevious || undefined}>
            {body.orders.length === 0 && !isPrevious ? (
              <Empty title={body.total_orders === 0 ? 'There are no orders yet.' : `There is no page ${page}.`}>
                {body.total_orders > 0 && <a href={linkTo('orders', { page: pages })}>Go to the last one</a>}
              </Empty>
            ) : (
              <Table orders={body.orders} />
            )}
          </div>
        </>
      )}
    </div>
  );
}

interface PagesProps {
  readonly page: number;
  readonly pages: number;
  readonly total: number;
}

function Pages({ page, pages, total }: PagesProps) {
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (/^[1-9]\d{0,14}$/.test(text)) go('orders', { page: text });
    setText('');
  };
  return (
    <nav className="pages" aria-label="Pages">
      <p className="hint">
        {count(total)} orders · page {count(page)} of {count(pages)}
      </p>
      <div className="pages-go">
        <PageLink page={1} isOff={page === 1} label="First" />
        <PageLink page={page - 1} isOff={page === 1} label="Page before" icon="left" />
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
        <PageLink page={page + 1} isOff={page >= pages} label="Page after" icon="right" />
        <PageLink page={pages} isOff={page >= pages} label="Last" />
      </div>
    </nav>
  );
}

interface PageLinkProps {
  readonly page: number;
  readonly isOff: boolean;
  readonly label: string;
  readonly icon?: 'left' | 'right';
}

function PageLink({ page, isOff, label, icon }: PageLinkProps) {
  const content = icon === undefined ? label : <Icon name={icon} />;
  const name = icon === undefined ? undefined : label;
  const className = icon === undefined ? 'button' : 'button round';
  if (isOff) {
    return (
      // biome-ignore lint/a11y/useValidAnchor: a link that leads nowhere for now keeps its place
      <a className={className} role="link" aria-disabled="true" aria-label={name}>
        {content}
      </a>
    );
  }
  return (
    <a className={className} href={linkTo('orders', { page })} aria-label={name}>
      {content}
    </a>
  );
}

function Table({ orders }: { readonly orders: readonly Order[] }) {
  return (
    <table className="orders">
      <caption className="unseen">Orders by number</caption>
      <thead>
        <tr>
          <th scope="col">No.</th>
          <th scope="col">Customer</th>
          <th scope="col">Ordered</th>
          <th scope="col">Status</th>
          <th scope="col">Lines</th>
          <th scope="col" className="figure">
            Total
          </th>
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <tr key={order.order_id}>
            <th scope="row">{order.order_id}</th>
            <td className="order-customer">{order.customer}</td>
            <td>{fullDate(order.ordered_at, 'UTC')}</td>
            <td>
              <Badge status={order.status} />
            </td>
            <td className="order-lines">
              <Lines order={order} />
            </td>
            <td className="figure">{money(order.total, order.currency)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Lines({ order: { lines, currency, order_id } }: { readonly order: Order }) {
  return (
    <details>
      <summary>
        {count(lines.length)} <span className="order-lines-word">{lines.length === 1 ? 'line' : 'lines'}</span>
        <span className="unseen"> of order {order_id}</span>
      </summary>
      <ul>
        {lines.map(({ description, quantity, unit_price, discount }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no names of their own, and never move
          <li key={index}>
            {quantity} × {description}, {money(unit_price, currency)}
            {discount > 0 && `, ${new Intl.NumberFormat(undefined, { style: 'percent' }).format(discount)} off`}
          </li>
        ))}
      </ul>
    </details>
  );
}
