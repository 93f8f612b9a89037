//! What operators look at and decide.

use crate::documents;

documents! {
    /// A lock by its whole id.
    pub struct Lock {
        /// The card.
        pub asn: String,
        /// `ed` or `ep`.
        pub purse: String,
        /// CTC n.
        pub ctc: u16,
        /// The terminal.
        pub tid: String,
        /// Its PSAM's number.
        pub ttc: u32,
    }

    /// One lock of which something was heard.
    pub struct Outcome {
        /// `sale`, `grey`, `unproved`, `no_dispense`, `void`; absent while all that was heard is quarantined.
        pub outcome: Option<String>,
        /// The terminal.
        pub tid: String,
        /// Its PSAM's number.
        pub ttc: u32,
        /// The card, where it is known.
        pub asn: Option<String>,
        /// `ed` or `ep`.
        pub purse: Option<String>,
        /// CTC n.
        pub ctc: Option<u16>,
        /// What the station says it is owed.
        pub amount: Option<u32>,
        /// What the card was debited.
        pub settled: Option<u32>,
        /// `tac`, `mac3`, `succession`, `operators`, `replacement`.
        pub settled_by: Option<String>,
        /// False in the field scheme: no code proves date' and time'.
        pub times_proved: bool,
        /// Reports that were kept aside.
        pub quarantined: usize,
        /// The owner of the TID.
        pub station: Option<String>,
    }

    /// One purchase of which something was heard.
    pub struct Purchase {
        /// How it ended: `tac`, `succession`, `operators`, `void`, or `open`.
        pub end: String,
        /// The station is owed its amount.
        pub owed: bool,
        /// The terminal.
        pub tid: String,
        /// Its PSAM's number.
        pub ttc: u32,
        /// The card.
        pub asn: String,
        /// `ed` or `ep`.
        pub purse: String,
        /// CTC n.
        pub ctc: u16,
        /// What is paid.
        pub amount: u32,
        /// The owner of the TID.
        pub station: Option<String>,
    }

    /// Something that operators should know.
    pub struct Notice {
        /// Why.
        pub code: String,
        /// `alarm`, `claim`, `quarantine`, `wait`, `information`.
        pub class: String,
        /// What happened.
        pub words: String,
        /// What to do.
        pub what_to_do: String,
        /// Figures and the other side.
        pub detail: String,
        /// The lock, where its whole id is known.
        pub lock: Option<Lock>,
        /// The terminal, where at least it is known.
        pub tid: Option<String>,
        /// Its PSAM's number.
        pub ttc: Option<u32>,
        /// The card.
        pub asn: Option<String>,
        /// The station that reported.
        pub station: Option<String>,
        /// BCD.
        pub date: String,
        /// BCD.
        pub time: String,
        /// The lock has ended since: what was to be done about it may be past.
        pub lock_settled: bool,
    }

    /// What an operator proposes or approves about one lock.
    pub struct Ruling {
        /// The lock, by its whole id.
        pub lock: Lock,
        /// `unlock`, `debited`, `claim_accepted`, `claim_rejected`.
        pub ruling: String,
        /// What is debited; of a claim as its notice shows it: the station's positive, the cardholder's negative.
        pub amount: i64,
        /// Why; a proposal needs it.
        #[serde(default)]
        pub reason: String,
    }

    /// A proposal, approved or not.
    pub struct RulingState {
        /// The lock.
        pub lock: Lock,
        /// As in the proposal.
        pub ruling: String,
        /// As in the proposal.
        pub amount: i64,
        /// Who proposed.
        pub maker: String,
        /// Who approved.
        pub checker: Option<String>,
        /// Why.
        pub reason: String,
    }

    /// What is missing of one PSAM.
    pub struct Holes {
        /// The PSAM.
        pub tid: String,
        /// Every TTC up to this one was heard.
        pub watermark: Option<u32>,
        /// The highest TTC heard.
        pub highest: Option<u32>,
        /// Of which nothing was heard, below the highest.
        pub missing: Vec<Range>,
    }

    /// Numbers from the first to the last.
    pub struct Range {
        /// The first.
        pub first: u32,
        /// The last.
        pub last: u32,
    }

    /// A line of the operator log.
    pub struct Operation {
        /// Its number in the log.
        pub number: i64,
        /// Who, by the name in his certificate.
        pub operator: String,
        /// The id of the request, as the log has it.
        pub request_id: String,
        /// Method and route.
        pub resource: String,
        /// The call of the rules: `register_card`, `propose` …
        pub call: String,
        /// What it was about: a card by its ASN, a PSAM by its TID, a lock as `TID-TTC`.
        pub about: String,
        /// `done`, or the name of the refusal.
        pub answer: String,
        /// BCD.
        pub date: String,
        /// BCD.
        pub time: String,
    }
}
