//! Reports of stations, and what was made of them (protocol §9).

use crate::documents;
use crate::problem::Problem;

documents! {
    /// A batch of reports; any number of times, in any order.
    pub struct Reports {
        /// Each report in the layout of docs/formats.md.
        pub reports: Vec<String>,
    }

    /// What was made of a batch, report by report.
    pub struct ReportsTaken {
        /// In the order of the reports.
        pub answers: Vec<ReportTaken>,
    }

    /// What was made of a report.
    pub struct ReportTaken {
        /// True when the station may forget the report.
        pub r#final: bool,
        /// Terminal of the lock, where the report names one.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub tid: Option<String>,
        /// Its PSAM's number.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub ttc: Option<u32>,
        /// The lock's outcome as it stands: `sale`, `grey`, `unproved`, `no_dispense`, `void`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub outcome: Option<String>,
        /// `first`, `upgrade`, `repeat` or `quarantined`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub news: Option<String>,
        /// Why it was kept aside.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
        /// Why it was refused.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub problem: Option<Problem>,
    }
}
