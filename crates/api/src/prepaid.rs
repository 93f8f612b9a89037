//! Prepaid accounts: loads of a station's counters are charged to them.

use crate::documents;

documents! {
    /// An account that is to be opened.
    pub struct NewPrepaid {
        /// Its name: 1 to 32 of `a-z`, `0-9`, `-`, `_` and `.`.
        pub name: String,
        /// Who pays in, in words.
        pub holder: String,
        /// The stations whose counters may charge it.
        pub stations: Vec<String>,
    }

    /// An account, and what is on it.
    pub struct Prepaid {
        /// Its name.
        pub name: String,
        /// Who pays in.
        pub holder: String,
        /// The stations whose counters may charge it.
        pub stations: Vec<String>,
        /// What was paid in, less what loads took and hold, plus what unloads brought.
        pub balance: i64,
    }

    /// Money was paid in, or is paid back.
    pub struct NewFunding {
        /// What names this payment among those of the account: the bank's reference. The same one is posted once.
        pub reference: String,
        /// Units; negative is paid back to the holder.
        pub amount: i64,
    }

    /// What was paid in, or back.
    pub struct Funding {
        /// What names it among those of the account.
        pub reference: String,
        /// Units; negative was paid back to the holder.
        pub amount: i64,
        /// Who entered it.
        pub maker: String,
        /// BCD.
        pub date: String,
        /// BCD.
        pub time: String,
    }

    /// It is on the account.
    pub struct Funded {
        /// What is on the account now.
        pub balance: i64,
        /// This reference was entered before.
        pub repeat: bool,
    }
}
