import '../styles/orders.css';
import { Link } from 'wouter';
import { orderPageQuery } from '../api/queries.ts';
import { useCached } from '../api/use-cached.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Loading } from '../components/loading.tsx';
import { NotFound } from '../components/not-found.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { UpdatedAgo } from '../components/updated-ago.tsx';
import { addressOf, useAddressParams } from '../shell/addresses.ts';
import { OrderTable } from './order-table.tsx';
import { PageNavigation } from './page-navigation.tsx';

/** The page of orders that the address names. */
export function OrdersView() {
  const [{ page = 1 }] = useAddressParams();
  const { body, cached, error, isPrevious, refresh } = useCached(orderPageQuery(page), { keepPrevious: true });
  return (
    <div className="view">
      <div className="view-head">
        <h1>Orders</h1>
        <UpdatedAgo cached={cached} error={error} />
      </div>
      {error && <ProblemNotice error={error} retry={refresh} />}
      {body === undefined && !error && <Loading rows={11} />}
      {body && (
        <>
          <PageNavigation page={page} totalPages={body.total_pages} totalOrders={body.total_orders} />
          <div className="order-page" data-loading={isPrevious || undefined}>
            {body.orders.length === 0 && !isPrevious ? (
              <NoOrders page={page} totalPages={body.total_pages} totalOrders={body.total_orders} />
            ) : (
              <OrderTable orders={body.orders} />
            )}
          </div>
        </>
      )}
    </div>
  );
}

interface NoOrdersProps {
  readonly page: number;
  readonly totalPages: number;
  readonly totalOrders: number;
}

function NoOrders({ page, totalPages, totalOrders }: NoOrdersProps) {
  if (totalOrders === 0) return <EmptyState title="No orders yet" />;
  return (
    <NotFound thing={`page ${page}`}>
      <Link href={addressOf('orders', { page: totalPages })}>Go to the last page</Link>
    </NotFound>
  );
}
