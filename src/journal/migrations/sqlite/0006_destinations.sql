-- Where the notices of a centre go. The secret of a webhook is kept as it is, since every message is signed with it.
create table destination (
    id blob primary key,
    centre text not null,
    channel text not null,
    address text not null,
    kinds text not null,
    secret text,
    made_at integer not null,
    since integer not null,
    paused_at integer
) strict;

create index destination_centre on destination (centre, made_at);

-- How far each was told of each crisis; without a row: nothing yet. It moves with the deliveries that are put down.
create table destination_cursor (
    destination blob not null references destination (id) on delete cascade,
    crisis text not null,
    seq integer not null,
    primary key (destination, crisis)
) strict;

-- Of which loss of a wall each was told: by when the wall was last seen.
create table destination_loss (
    destination blob not null references destination (id) on delete cascade,
    wall blob not null,
    last_seen integer not null,
    primary key (destination, wall)
) strict;

-- What is on its way. What has arrived is forgotten; what is dead has no next attempt.
create table delivery (
    id text primary key,
    destination blob not null references destination (id) on delete cascade,
    kind text not null,
    content text not null,
    made_at integer not null,
    attempts integer not null default 0,
    next_attempt integer,
    died_at integer,
    fault text,
    status integer
) strict;

create index delivery_due on delivery (destination, next_attempt) where next_attempt is not null;
create index delivery_dead on delivery (destination, died_at) where died_at is not null;

-- One server sends at a time.
create table lease (
    name text primary key,
    holder blob not null,
    ends_at integer not null
) strict;
