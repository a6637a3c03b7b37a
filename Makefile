# `make run` and `make test` need nothing but Rust, Node 20, npm, make and a C compiler.
.PHONY: run test check

run:
	cargo build --release
	target/release/vigie demo

check:
	cargo test --lib

test:
	cargo test
