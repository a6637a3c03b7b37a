-- Pictures of the past, made from the entries and disposable: without them looking back is slow, not wrong.
-- The large column stands last, so that the others are read without it.
create table snapshot (
    crisis text not null references crisis (slug),
    seq integer not null check (seq > 0),
    epoch integer not null,
    form text not null,
    stretch blob not null,
    picture blob not null,
    primary key (crisis, seq)
) strict;
