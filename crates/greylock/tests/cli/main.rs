//! The command line from outside: the real binary in a folder of its own, and the library where speed counts.

#[cfg(test)]
mod apdu;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod forecourt;
#[cfg(test)]
mod help;
#[cfg(test)]
mod issue;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod output;
#[cfg(test)]
mod refuel;
#[cfg(test)]
mod show;
#[cfg(test)]
mod tear;
#[cfg(test)]
mod unlock;
#[cfg(test)]
mod vectors;
#[cfg(test)]
mod world;
