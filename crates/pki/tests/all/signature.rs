//! Signatures that are checked without a network.

use pki::{Peer, Subject, sign, verify};
use rustls::pki_types::CertificateDer;

use crate::world::{World, in_days, now, station};

const MESSAGE: &[u8] = b"a grey record";

#[test]
fn whoever_holds_the_authority_checks_a_stations_signature() {
    let world = World::new();
    let identity = world.issue(&station("North")).1;
    let signature = sign(&identity, MESSAGE).unwrap();
    let certificate = identity.certificates()[0].clone();
    let who = verify(&world.trust(), &certificate, MESSAGE, &signature, now()).unwrap();
    assert_eq!(who, Peer::Station("North".parse().unwrap()));
    let altered = verify(&world.trust(), &certificate, b"another record", &signature, now());
    assert!(altered.unwrap_err().what.contains("not of that certificate's key"));
    let other = world.issue(&station("South")).1;
    let strange = verify(&world.trust(), &other.certificates()[0], MESSAGE, &signature, now());
    assert!(strange.unwrap_err().what.contains("not of that certificate's key"));
}

#[test]
fn a_forged_or_ended_or_revoked_certificate_is_not_believed() {
    let (world, stranger) = (World::new(), World::named("Other", now()));
    let forger = stranger.issue(&station("North")).1;
    let signature = sign(&forger, MESSAGE).unwrap();
    let not_believed = |certificate: &CertificateDer<'_>, at| {
        let error = verify(&world.trust(), certificate, MESSAGE, &signature, at).unwrap_err();
        assert!(error.what.contains("not believed"), "{error}");
    };
    not_believed(&forger.certificates()[0], now());
    not_believed(&CertificateDer::from(b"no certificate".to_vec()), now());

    let (issued, honest) = world.issue(&station("North"));
    not_believed(&honest.certificates()[0], in_days(40));
    world.authority.revoke(&[issued.facts.serial], now()).unwrap();
    not_believed(&honest.certificates()[0], now());
}

#[test]
fn a_server_is_no_station() {
    let world = World::new();
    let identity = world.issue(&Subject::Operator("Ann".parse().unwrap())).1;
    let signature = sign(&identity, MESSAGE).unwrap();
    let who = verify(&world.trust(), &identity.certificates()[0], MESSAGE, &signature, now());
    assert_eq!(
        who,
        Ok(Peer::Operator("Ann".parse().unwrap())),
        "whoever asks has to look at who it is"
    );
}
