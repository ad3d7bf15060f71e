-- Ended reservations by slot, for lists of every reservation a slot ever had. It is separate from the index of live
-- ones, so that holding and confirming, which must be fast, do not write to it.
create index reservation_ended_on_slot on reservation (slot_id) where status in ('cancelled', 'expired', 'conflict');
