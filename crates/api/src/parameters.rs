//! Prices and limits of a station.
//!
//! Money is whole smallest units of the currency; quantities are thousandths of the product's unit. What is absent
//! limits nothing. A field that is not known is refused: a limit that was mistyped would be none.

macro_rules! strict {
    ($($(#[$about:meta])* pub struct $name:ident $body:tt)*) => {
        $($(#[$about])*
        #[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name $body)*
    };
}

strict! {
    /// Prices and limits, as a whole: a set replaces the one before it.
    pub struct Parameters {
        /// Counts the sets; one with a lower version than that in force is refused.
        pub version: u64,
        /// Comes into force then, local time of the station as `YYYYMMDDhhmmss`; at once when absent.
        #[serde(default)]
        pub from: Option<String>,
        /// What is sold.
        pub products: Vec<ProductTerms>,
        /// For every fill at this station.
        #[serde(default)]
        pub limits: Limits,
        /// For fills at single nozzles.
        #[serde(default)]
        pub nozzles: Vec<NozzleLimits>,
        /// For single cards.
        #[serde(default)]
        pub cards: Vec<CardLimits>,
        /// For vehicles.
        #[serde(default)]
        pub vehicles: Vec<Vehicle>,
    }

    /// One product.
    pub struct ProductTerms {
        /// Its number in the records.
        pub number: u8,
        /// Its name.
        pub name: String,
        /// `L`, `kWh` or `m3`.
        pub unit: String,
        /// Price of a whole unit; 0 is not sold.
        pub unit_price: u32,
        /// `down` (fractions are dropped) or `nearest`; `down` when absent.
        #[serde(default)]
        pub rounding: Option<String>,
        /// For fills with it.
        #[serde(default)]
        pub limits: Limits,
    }

    /// Limits of one nozzle.
    pub struct NozzleLimits {
        /// Its number.
        pub number: u8,
        /// For fills at it.
        pub limits: Limits,
    }

    /// Limits of one card.
    pub struct CardLimits {
        /// The card.
        pub asn: String,
        /// Numbers of the products that it may have; any when empty.
        #[serde(default)]
        pub products: Vec<u8>,
        /// For fills with it.
        #[serde(default)]
        pub limits: Limits,
    }

    /// A vehicle.
    pub struct Vehicle {
        /// Its plate.
        pub plate: String,
        /// The cards that may be used for it; each of them must name a vehicle of its own then. Any when empty.
        #[serde(default)]
        pub cards: Vec<String>,
        /// Numbers of the products that it takes; any when empty.
        #[serde(default)]
        pub products: Vec<u8>,
        /// What its tank or battery holds.
        #[serde(default)]
        pub tank: Option<u64>,
        /// For fills of it, with whatever card; of one day all of its fills here count together.
        #[serde(default)]
        pub limits: Limits,
    }

    /// What a fill may come to, and all fills of one card, or of one vehicle, on one day together.
    pub struct Limits {
        /// Money of one fill.
        #[serde(default)]
        pub fill: Option<u32>,
        /// Quantity of one fill.
        #[serde(default)]
        pub fill_quantity: Option<u64>,
        /// Money of one day.
        #[serde(default)]
        pub day: Option<u32>,
        /// Quantity of one day.
        #[serde(default)]
        pub day_quantity: Option<u64>,
    }
}
