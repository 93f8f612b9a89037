//! Whole sessions that OpenSSL made (`vectors/scp03.json`), played from both sides.

use crypto::{AesKey, Key};
use perso::scp03::{Session, card_challenge};
use serde_json::Value;
use wire::BlankCommand;
use wire::blank_command::ChannelOffer;

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn array<const LEN: usize>(value: &Value) -> [u8; LEN] {
    bytes(value).try_into().unwrap()
}

fn sessions() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/scp03.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn sessions_are_those_of_openssl_on_both_sides() {
    let all = sessions();
    assert_eq!(all.len(), 3);
    for vector in all {
        let key = AesKey::new(array(&vector["transport_key"]));
        assert_eq!(key.check_value().to_vec(), bytes(&vector["check_value"]));
        let answer = bytes(&vector["answer"]);
        let offer = ChannelOffer::parse(&answer).unwrap();
        assert_eq!(card_challenge(&key, offer.counter), offer.card_challenge);

        let host_challenge = array(&vector["host_challenge"]);
        let initialize = BlankCommand::InitializeUpdate { key_version: 0, host_challenge };
        assert_eq!(initialize.encode().to_vec(), bytes(&vector["initialize_update"]));

        let session = || Session::new(&key, host_challenge, offer.card_challenge);
        assert_eq!(session().card_cryptogram(), offer.cryptogram);
        let (mut issuer, command) = session().authenticate();
        assert_eq!(command.to_vec(), bytes(&vector["external_authenticate"]));
        let Ok(BlankCommand::ExternalAuthenticate { cryptogram, mac }) =
            BlankCommand::parse(&command)
        else {
            panic!("no EXTERNAL AUTHENTICATE")
        };
        let mut chip = session().open(cryptogram, mac).unwrap();
        for stored in vector["store_data"].as_array().unwrap() {
            let (p1, block) = (stored["p1"].as_u64().unwrap(), stored["block"].as_u64().unwrap());
            let plain = bytes(&stored["data"]);
            let block = u8::try_from(block).unwrap();
            let (next, command) = issuer.wrap(p1 & 0x80 != 0, false, block, &plain).unwrap();
            issuer = next;
            assert_eq!(command.to_vec(), bytes(&stored["command"]));
            let Ok(BlankCommand::StoreData(data)) = BlankCommand::parse(&command) else {
                panic!("no STORE DATA")
            };
            let (next, opened) = chip.unwrap(&data).unwrap();
            chip = next;
            assert_eq!(opened.as_slice(), plain);
        }
        let secret: [u8; 16] = array(&vector["secret"]);
        assert_eq!(key.encrypt(secret).to_vec(), bytes(&vector["sealed"]));
        assert_eq!(key.decrypt(array(&vector["sealed"])), secret);
    }
}

#[test]
fn check_values_are_those_that_everybody_knows() {
    // 3DES of zeros under 00…, AES of a block of 01 under 40 41 … 4F (GlobalPlatform's test key).
    assert_eq!(Key::new([0; 16]).check_value(), [0x8C, 0xA6, 0x4D]);
    let test_key = core::array::from_fn(|at| 0x40 + u8::try_from(at).unwrap());
    assert_eq!(AesKey::new(test_key).check_value(), [0x50, 0x4A, 0x77]);
}

#[test]
fn more_than_a_command_holds_is_not_wrapped() {
    let (channel, _) = Session::new(&AesKey::new([1; 16]), [2; 8], [3; 8]).authenticate();
    assert!(channel.wrap(false, false, 0, &[0; 240]).is_none());
    let (channel, _) = Session::new(&AesKey::new([1; 16]), [2; 8], [3; 8]).authenticate();
    let (_, command) = channel.wrap(false, false, 0, &[0; 239]).unwrap();
    assert_eq!(command.len(), 5 + 248);
}
