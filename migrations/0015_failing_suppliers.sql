-- A supplier fails when ten pulls in a row have failed, or none has succeeded for three times its cadence.
alter table supplier add column failures integer not null default 0;  -- pulls that failed in a row
alter table supplier add column failures_began_at timestamptz;        -- the first of them
alter table supplier add column failing_since timestamptz;

-- Trigger on supplier. Logs and announces that another instance leads the sync of a supplier, or that the sync was paused,
-- resumed or blocked, has failed, or has begun or ceased to fail.
create or replace function log_supplier() returns trigger
language plpgsql as $$
declare
  v_types text[] := array_remove(array[
    case when new.paused and not old.paused then 'supplier.paused'
         when old.paused and not new.paused then 'supplier.resumed' end,
    case when new.failing_since is not null and old.failing_since is null then 'supplier.failing'
         when old.failing_since is not null and new.failing_since is null then 'supplier.recovered' end], null);
  v_type text;
begin
  if cardinality(v_types) = 0 then
    v_types := array[null];
  end if;
  foreach v_type in array v_types loop
    insert into event (kind, type, attributes, webhook_ids)
      values ('sync', v_type, jsonb_strip_nulls(jsonb_build_object('supplier_id', new.id, 'type', v_type)),
              case when v_type is not null then entitled_webhooks(v_type, '{}') end);
  end loop;
  perform pg_notify('holdfast_change', json_build_object('topic', 'supplier', 'keys', json_build_array(new.id))::text);
  return null;
end
$$;

drop trigger log_updated on supplier;
create trigger log_updated after update on supplier
  for each row when (old.paused <> new.paused or old.epoch <> new.epoch or old.blocked_until <> new.blocked_until
                     or old.last_error is distinct from new.last_error
                     or old.last_error_at is distinct from new.last_error_at
                     or (old.failing_since is null) <> (new.failing_since is null))
  execute function log_supplier();
