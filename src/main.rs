//! The program `vigie`. Everything is in the library; here is only the way in and the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    vigie::cli::main()
}
