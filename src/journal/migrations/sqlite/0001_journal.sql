-- The journal: entries are only ever inserted.
create table meta (
    name text primary key,
    value blob not null
) strict;

create table crisis (
    slug text primary key,
    epoch integer not null,
    opened integer not null unique
) strict;

create table entry (
    crisis text not null references crisis (slug),
    seq integer not null check (seq > 0),
    stored text not null,
    hash blob not null check (length(hash) = 32),
    subject blob,
    supersedes blob,
    account blob,
    request_key text,
    digest text,
    primary key (crisis, seq)
) strict;

create index entry_subject on entry (crisis, subject) where subject is not null;
create index entry_supersedes on entry (crisis, supersedes) where supersedes is not null;
create unique index entry_request on entry (account, request_key) where request_key is not null;

create trigger entry_is_never_changed before update on entry
begin select raise(abort, 'entries are never changed'); end;
create trigger entry_is_never_removed before delete on entry
begin select raise(abort, 'entries are never removed'); end;

-- Who may sign in: beside the journal, not part of it.
create table account (
    id blob primary key,
    centre text not null,
    role text not null,
    name text not null,
    ceiling text not null,
    token_hash blob not null unique,
    created_at integer not null,
    expires_at integer not null,
    revoked_at integer
) strict;

create table session (
    hash blob primary key,
    account blob not null references account (id),
    ends_at integer not null
) strict;

create index session_account on session (account);
