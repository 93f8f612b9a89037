//! A reader for cards, as a station's configuration names it.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// Where a nozzle's cards are put in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum CardPlace {
    /// The card is an image file, in as long as the file is there.
    Image(PathBuf),
    /// A PC/SC reader whose name has this part.
    Reader(String),
    /// Virtual cards connect there.
    Socket(SocketAddr),
}

impl FromStr for CardPlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("`{text}` is no reader: want image:PATH, pcsc:NAME or socket:127.0.0.1:PORT")
        };
        let (kind, place) = text.split_once(':').ok_or_else(wrong)?;
        match kind {
            "image" if !place.is_empty() => Ok(Self::Image(place.into())),
            "pcsc" if !place.is_empty() => Ok(Self::Reader(place.to_owned())),
            "socket" => {
                let at: SocketAddr = place.parse().map_err(|_| wrong())?;
                match at.ip().is_loopback() {
                    true => Ok(Self::Socket(at)),
                    // Whoever connects is a card: PINs would cross the network in the clear.
                    false => Err(format!(
                        "`{text}` can be reached from other machines: want socket:127.0.0.1:PORT"
                    )),
                }
            }
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for CardPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(path) => write!(f, "image:{}", path.display()),
            Self::Reader(part) => write!(f, "pcsc:{part}"),
            Self::Socket(at) => write!(f, "socket:{at}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_is_named_by_its_kind() {
        for right in ["image:card.img", "pcsc:ACS 00", "socket:127.0.0.1:0", "socket:[::1]:35963"] {
            assert_eq!(right.parse::<CardPlace>().unwrap().to_string(), right);
        }
        for wrong in ["card.img", "image:", "pcsc:", "socket:35963", "socket:0.0.0.0:35963", "x:y"]
        {
            assert!(wrong.parse::<CardPlace>().unwrap_err().contains("socket:127.0.0.1:PORT"));
        }
    }
}
