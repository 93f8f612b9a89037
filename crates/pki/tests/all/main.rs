//! The authority, its certificates at both ends of real connections, and the listener.

#[cfg(test)]
mod authority;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod signature;
#[cfg(test)]
mod world;
