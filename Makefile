# `make run` and `make test` need nothing but Rust, Node 20, npm, make and a C compiler.
.PHONY: run test check frontend tools bench bench-frontend screens notices

# A demonstration crisis on http://127.0.0.1:8080; other addresses and paces: target/release/vigie demo --help
run: frontend
	cargo build --release --locked
	target/release/vigie demo

# Every check there is. What it needs and the machine lacks, it installs first.
test: tools frontend
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo test --locked
	cd frontend && npm run check && npm test && npm run e2e

# The quick ones, for while you work.
check:
	cargo fmt --check
	cargo test --lib

frontend: frontend/node_modules/.package-lock.json
	cd frontend && npm run build

frontend/node_modules/.package-lock.json: frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund

# A missing service is a failure, never a silent skip: this installs, or says that it cannot.
tools:
	tests/tools.sh redis-server chromium faketime nginx haproxy

# Every page and state as a picture in frontend/screenshots, to be looked at.
screens: tools frontend
	cargo build --locked
	cd frontend && npm run screens

bench:
	cargo bench --locked --bench live
	cargo bench --locked --bench past

# What a wall costs in the browser. Some seven minutes, on a machine that does nothing else.
bench-frontend: tools frontend
	cargo build --release --locked
	cd frontend && VIGIE_BIN=../target/release/vigie npm run bench

# What others wrote: the list in docs/THIRD-PARTY.md, and the texts of their licences, to hand on with a binary.
notices: frontend/node_modules/.package-lock.json
	VIGIE_WRITE_NOTICES=1 cargo test --locked --test suite what_others_wrote_is_listed
