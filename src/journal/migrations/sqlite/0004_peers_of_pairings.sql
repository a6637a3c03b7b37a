-- From where a wall asked for its code (an address, or of IPv6 a /48), so that nobody takes every place. It goes with the pairing.
alter table pairing add column peer text;

create index pairing_peer on pairing (peer) where peer is not null;
