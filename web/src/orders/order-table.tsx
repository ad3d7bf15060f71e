import type { Order } from '../api/resources.ts';
import { StatusBadge } from '../components/status-badge.tsx';
import { formatDate, formatMoney, formatQuantity } from '../format.ts';

export function OrderTable({ orders }: { readonly orders: readonly Order[] }) {
  return (
    <table className="orders">
      <caption className="visually-hidden">Orders by number</caption>
      <thead>
        <tr>
          <th scope="col">No.</th>
          <th scope="col">Customer</th>
          <th scope="col">Ordered</th>
          <th scope="col">Status</th>
          <th scope="col">Details</th>
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
            <td className="order-date">{formatDate(order.ordered_at, 'UTC')}</td>
            <td>
              <StatusBadge status={order.status} />
            </td>
            <td className="order-lines">
              <OrderLines order={order} />
            </td>
            <td className="figure">{formatMoney(order.total, order.currency)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function OrderLines({ order: { lines, currency, order_id } }: { readonly order: Order }) {
  return (
    <details>
      <summary>
        {formatQuantity(lines.length, 'line')}
        <span className="visually-hidden"> of order {order_id}</span>
      </summary>
      <ul>
        {lines.map(({ description, quantity, unit_price, discount }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no id, and their order never changes
          <li key={index}>
            {quantity} × {description}, {formatMoney(unit_price, currency)}
            {discount > 0 && `, ${formatPercent(discount)} off`}
          </li>
        ))}
      </ul>
    </details>
  );
}

function formatPercent(fraction: number): string {
  return new Intl.NumberFormat(undefined, { style: 'percent' }).format(fraction);
}
