//! Links without libc and without the start-up code that belongs to it.

#![forbid(unsafe_code)]

fn main() {
    for argument in ["-nostdlib", "-nostartfiles", "-static"] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
