-- Functions as the release before calls them, so that its instances run on this schema while they are replaced. A later
-- release drops them.

-- Called by src/modules/reservations/booking/hold-store.ts of version 0.2.0, which knows neither actors nor a limit of live
-- holds.
create function hold_slots(
  p_slot bigint[], p_client bigint[], p_quantity integer[], p_version integer[], p_pax jsonb, p_ttl interval,
  p_notice interval
)
returns table (
  place integer, outcome text, slot_version integer, remaining integer, reservation_id bigint, slot_id bigint,
  provider_id bigint, client_id bigint, quantity integer, status text, start_time timestamptz, end_time timestamptz,
  created_at timestamptz, expires_at timestamptz, confirmed_at timestamptz, price_amount numeric, price_currency text,
  name text, pax jsonb, refused_pax jsonb
)
language sql as $$
  select * from hold_slots(p_slot, p_client, p_quantity, p_version, p_pax, p_ttl, p_notice, null::integer, null::jsonb)
$$;

-- Called by src/modules/reservations/booking/hold-store.ts of version 0.2.0.
create function confirm_reservations(p_reservation bigint[], p_client bigint[])
returns table (
  place integer, outcome text, reservation_id bigint, slot_id bigint, provider_id bigint, client_id bigint,
  quantity integer, status text, start_time timestamptz, end_time timestamptz, created_at timestamptz,
  expires_at timestamptz, confirmed_at timestamptz, price_amount numeric, price_currency text, name text, pax jsonb
)
language sql as $$
  select * from confirm_reservations(p_reservation, p_client, null::jsonb)
$$;

-- Called by src/modules/reservations/booking/reservation-store.ts of version 0.2.0.
create function expire_due_holds(p_limit integer)
returns table (reservation_id bigint, slot_id bigint)
language sql as $$
  select * from expire_due_holds(p_limit, null::bigint)
$$;
