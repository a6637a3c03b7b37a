-- Walls as devices: what they show, and when their socket last lived.
alter table account add column layout text not null default 'overview';
alter table account add column distance_m integer not null default 3;
alter table account add column crisis text;
alter table account add column last_seen integer;

create index account_centre on account (centre, created_at);

-- A wall that shows its code and waits for an officer. Code and secret are kept as hashes.
create table pairing (
    id blob primary key,
    code_hash blob not null unique,
    secret_hash blob not null,
    expires_at integer not null,
    account blob references account (id)
) strict;

-- Codes that no wall showed, by who entered them.
create table wrong_code (
    account blob not null references account (id),
    at integer not null
) strict;

create index wrong_code_account on wrong_code (account, at);

-- The cell that an update is put into or taken out of, read from the stored entry, so that the history
-- of one cell is found without reading the others. Bytes that are no JSON any more have none: `verify` names them.
alter table entry add column cell text generated always as (
    case
        when not json_valid(stored) then null
        when stored ->> '$.event.type' = 'update_posted'
            then (stored ->> '$.event.update.centre') || '/' || (stored ->> '$.event.update.sector')
        when stored ->> '$.event.type' = 'update_withdrawn'
            then (stored ->> '$.event.centre') || '/' || (stored ->> '$.event.sector')
    end
) virtual;

create index entry_cell on entry (crisis, cell, seq) where cell is not null;
