export function ProviderView() {
  return <h1>Provider</h1>;
}
