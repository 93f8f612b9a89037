//! The command line from outside: the real binary in a folder of its own, and the library where speed counts.

#[cfg(test)]
mod apdu;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod by_url;
#[cfg(test)]
mod centre;
#[cfg(test)]
mod centre_folder;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod forecourt;
#[cfg(test)]
mod help;
#[cfg(test)]
mod host_run;
#[cfg(test)]
mod host_serve;
#[cfg(test)]
mod host_table;
#[cfg(test)]
mod input;
#[cfg(test)]
mod issue;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod migrate;
#[cfg(test)]
mod model;
#[cfg(all(test, not(feature = "pcsc")))]
mod no_reader;
#[cfg(test)]
mod output;
#[cfg(test)]
mod perso;
#[cfg(test)]
mod pki;
#[cfg(test)]
mod purchase;
#[cfg(test)]
mod records;
#[cfg(test)]
mod refuel;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod served;
#[cfg(test)]
mod show;
#[cfg(test)]
mod sim;
mod size;
#[cfg(test)]
mod station;
#[cfg(test)]
mod station_money;
#[cfg(test)]
mod switch;
#[cfg(test)]
mod tear;
#[cfg(test)]
mod trace;
#[cfg(test)]
mod transfer;
#[cfg(test)]
mod unlock;
#[cfg(test)]
mod vectors;
#[cfg(test)]
mod world;
