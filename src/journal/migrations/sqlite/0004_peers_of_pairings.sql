-- From where a wall asked for its code, so that one address does not take every place. It goes with the pairing.
alter table pairing add column peer text;

create index pairing_peer on pairing (peer) where peer is not null;
