export function ItemsView() {
  return <h1>Items</h1>;
}
