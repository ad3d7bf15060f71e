import type { Inventory } from './inventory.ts';
import type { SimulatorClock } from './simulator-clock.ts';
import type { Stock, Unit, UnitId } from './stock.ts';

/** Name, local start, length in minutes, units, price. */
const TOURS = [
  ['Harbour kayak tour, 2 h', '09:00', 120, 12, 64],
  ['Old town walk, 90 min', '10:00', 90, 20, 18.5],
  ['Night market food walk, 3 h', '18:00', 180, 10, 72],
  ['Sunrise hill hike, 3 h', '05:30', 180, 14, 39.9],
  ['Island day trip by boat', '08:30', 480, 40, 119],
  ['Pottery class for beginners', '14:00', 120, 8, 55],
  ['Mangrove paddle, half a day', '08:00', 240, 10, 84.5],
  ['City ride by bicycle, 3 h', '09:30', 180, 12, 45],
  ['Rooftop yoga, 1 h', '07:00', 60, 25, 15],
  ['Dumpling workshop, 2 h', '11:00', 120, 10, 49],
  ['Botanical drawing, 2 h', '15:00', 120, 9, 36],
  ['Reef snorkelling, half a day', '08:00', 240, 16, 97],
  ['Street art walk, 2 h', '16:00', 120, 18, 22],
  ['Coffee roasting, 90 min', '13:00', 90, 6, 41.25],
  ['Sailing for beginners, 3 h', '14:30', 180, 5, 110],
  ['Tandem climb, indoor, 1 h', '17:00', 60, 2, 33],
  ['Bird watching at the reservoir', '06:30', 150, 8, 28],
  ['River cruise at dusk, 1 h', '19:00', 60, 60, 26],
  ['Archery taster, 1 h', '12:00', 60, 6, 29.9],
  ['Private telescope evening', '20:30', 120, 1, 150],
] as const;

const DATES_PER_TOUR = 2;

interface Item {
  readonly id: UnitId;
  readonly name: string;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly remaining: number;
  readonly price: { readonly amount: number; readonly currency: string };
}

/**
 * The inventory of a supplier that is read as a whole: twenty tours, each on its next two dates. Omits sold-out items.
 */
export function snapshotInventory(stock: Stock, clock: SimulatorClock, timeZone: string): Inventory {
  const now = () => Temporal.Instant.fromEpochMilliseconds(clock.wallMs());
  const items = () => TOURS.flatMap((_, index) => itemsOf(index, now().toZonedDateTimeISO(timeZone)));
  const onSale = () => items().filter(({ id }) => !stock.of(id).vanished);

  return {
    idField: 'item_id',
    productIds: [],
    read(path) {
      if (path !== '/items') return { status: 404, detail: 'there is nothing here but /items' };
      const asOf = now().toString({ smallestUnit: 'millisecond' });
      const rows = onSale().map((item) => asSold(item, stock));
      return {
        rows: rows.filter(({ remaining }) => remaining > 0),
        wrap: (wrapped) => ({ as_of: asOf, items: wrapped }),
      };
    },
    find(id) {
      const item = onSale().find((each) => each.id === id);
      return item && asUnit(item);
    },
    pick(random) {
      const all = onSale();
      return all.length > 0 ? asUnit(random.pick(all)) : undefined;
    },
  };
}

/** Each tour runs on three weekdays. An id is made of the tour and the date, so it is the same every day. */
function itemsOf(index: number, now: Temporal.ZonedDateTime): Item[] {
  const [name, time, minutes, units, amount] = TOURS[index] ?? TOURS[0];
  const found: Item[] = [];
  for (let date = now.toPlainDate(); found.length < DATES_PER_TOUR; date = date.add({ days: 1 })) {
    const start = date.toZonedDateTime({ timeZone: now.timeZoneId, plainTime: Temporal.PlainTime.from(time) });
    const runs = [0, 2, 5].includes((date.dayOfWeek + index) % 7);
    if (!runs || Temporal.ZonedDateTime.compare(start, now) <= 0) continue;
    const number = `${100 + index}${String(date).replaceAll('-', '')}`;
    found.push({
      id: index % 3 === 0 ? Number(number) : `T${number}`,
      name,
      starts_at: String(start.toInstant()),
      ends_at: String(start.add({ minutes }).toInstant()),
      remaining: units,
      price: { amount, currency: 'SGD' },
    });
  }
  return found;
}

function asUnit({ id, remaining }: Item): Unit {
  return { id, capacity: remaining };
}

function asSold(item: Item, stock: Stock): Item {
  const amount = stock.of(item.id).amount ?? item.price.amount;
  return { ...item, remaining: stock.left(asUnit(item)), price: { ...item.price, amount } };
}
