-- The watch log and the handovers of each centre, read from the stored entry, so that each is found without
-- reading what else the journal holds.
alter table entry add column book text generated always as (
    case
        when not json_valid(stored) then null
        when stored ->> '$.event.type' = 'log_entered' then 'log'
        when stored ->> '$.event.type' = 'handover_offered' then 'handovers/' || (stored ->> '$.event.handover.centre')
        when stored ->> '$.event.type' = 'handover_signed' then 'handovers/' || (stored ->> '$.event.centre')
    end
) virtual;

create index entry_book on entry (crisis, book, seq) where book is not null;
