-- What has ended on a slot, for whoever lists all that was ever reserved of it. Not one index with the live ones: holding
-- and confirming, which are to be fast, write nothing to this one.
create index reservation_ended_on_slot on reservation (slot_id) where status in ('cancelled', 'expired', 'conflict');
