import { fullName, useProvider } from '../api/use-people.ts';

/** The name of the provider that a webhook belongs to. */
export function ProviderName({ id }: { readonly id: number | null }) {
  const { body, error } = useProvider(id ?? undefined);
  if (id === null) return 'All providers';
  if (body !== undefined) return fullName(body);
  return error === null ? '…' : `Provider ${id}`;
}
