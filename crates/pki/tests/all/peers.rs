//! Which certificate is whom, and which is refused.

use pki::{Clients, Peer, server_config};

use crate::world::{Served, World, in_days, now, operator, server, station};

#[tokio::test]
async fn the_right_certificate_is_the_right_peer() {
    let world = World::new();
    let served = world.serve(Clients::Required).await;
    let north = served.ask(world.client_of(&station("North"))).await.unwrap();
    assert_eq!(north, "station North");
    let ada = served.ask(world.client_of(&operator("ada"))).await.unwrap();
    assert_eq!(ada, "operator ada");
}

#[tokio::test]
async fn a_client_without_a_certificate_is_refused_or_nobody() {
    let world = World::new();
    let mut strict = world.serve(Clients::Required).await;
    assert!(strict.ask(world.client(None)).await.is_err());
    assert!(strict.refusal().await.contains("no certificates"), "it says what is missing");
    let open = world.serve(Clients::Optional).await;
    assert_eq!(open.ask(world.client(None)).await.unwrap(), "nobody");
    let north = open.ask(world.client_of(&station("North"))).await.unwrap();
    assert_eq!(north, "station North");
}

#[tokio::test]
async fn a_wrong_certificate_is_refused_even_where_none_is_asked_for() {
    let world = World::since(in_days(-100));
    let north = station("North");
    let (_, stranger) = World::named("Other", now()).issue(&north);
    let (_, namesake) = World::new().issue(&north);
    let (_, ended) = world.issue_at(&north, in_days(-50), 30);
    let (_, early) = world.issue_at(&north, in_days(5), 30);
    let (_, no_client) = world.issue(&server());
    let (taken_back, revoked) = world.issue(&north);
    world.authority.revoke(&[taken_back.facts.serial], now()).unwrap();
    for clients in [Clients::Required, Clients::Optional] {
        let mut served = world.serve(clients).await;
        for (name, identity, why) in [
            ("another authority's", &stranger, "UnknownIssuer"),
            ("one of an authority of the same name", &namesake, "BadSignature"),
            ("one that has ended", &ended, "Expired"),
            ("one that has not begun", &early, "NotValidYet"),
            ("a server's", &no_client, "not allow extended key usage for client"),
            ("one that was taken back", &revoked, "Revoked"),
        ] {
            let asked = served.ask(world.client(Some(identity.clone()))).await;
            assert!(asked.is_err(), "{name}: {asked:?}");
            let said = served.refusal().await;
            let plain = |text: &str| text.to_lowercase().replace([' ', '-'], "");
            assert!(plain(&said).contains(&plain(why)), "{name}: {said}");
        }
        let right = served.ask(world.client_of(&north)).await.unwrap();
        assert_eq!(right, "station North", "the others did not stop it");
    }
}

#[tokio::test]
async fn a_client_takes_only_a_server_of_its_authority_by_its_name() {
    let world = World::new();
    let other = World::named("Other", now());
    let served = world.serve(Clients::Optional).await;
    let refused = served.ask(other.client(None)).await.unwrap_err();
    assert!(refused.to_string().contains("UnknownIssuer"), "{refused}");
    // A station's certificate does not make a server.
    let posing = world.issue(&station("North")).1;
    let posing = server_config(posing, &world.trust(), Clients::Optional).unwrap();
    let posing = Served::with(posing).await;
    let refused = posing.ask(world.client(None)).await.unwrap_err();
    assert!(refused.to_string().contains("invalid peer certificate"), "{refused}");
    // A server that was taken back is none for a client that has the list.
    let (issued, identity) = world.issue(&server());
    world.authority.revoke(&[issued.facts.serial], now()).unwrap();
    let config = server_config(identity, &world.trust(), Clients::Optional).unwrap();
    let served = Served::with(config).await;
    let refused = served.ask(world.client(None)).await.unwrap_err();
    assert!(refused.to_string().contains("Revoked"), "{refused}");
}

#[tokio::test]
async fn a_station_with_ureq_is_itself() {
    use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};
    let world = World::new();
    let served = world.serve(Clients::Required).await;
    let (issued, identity) = world.issue(&station("North"));
    let key = std::fs::read(world.path(&format!("{}.key", issued.facts.serial))).unwrap();
    let trust = world.trust();
    let url = format!("https://127.0.0.1:{}/who", served.address.port());
    let answer = tokio::task::spawn_blocking(move || {
        let certificate = |der: &[u8]| Certificate::from_der(der).to_owned();
        let chain: Vec<_> = identity.certificates().iter().map(|der| certificate(der)).collect();
        let key = PrivateKey::from_pem(&key).unwrap();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&[certificate(trust.authority())]))
            .client_cert(Some(ClientCert::new_with_certs(&chain, key)))
            .unversioned_rustls_crypto_provider(rustls::crypto::ring::default_provider().into())
            .build();
        let agent = ureq::Agent::config_builder().tls_config(tls).build().new_agent();
        agent.get(url).call().unwrap().into_body().read_to_string().unwrap()
    });
    assert_eq!(answer.await.unwrap(), "station North");
}

#[test]
fn a_certificate_of_two_names_is_nobodys() {
    use rcgen::{CertificateParams, KeyPair, SanType};
    let of = |names: &[SanType]| {
        let mut params = CertificateParams::default();
        params.subject_alt_names = names.to_vec();
        let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        Peer::of(made.der())
    };
    let uri = |text: &str| SanType::URI(text.try_into().unwrap());
    let north = uri("urn:greylock:station:North");
    assert_eq!(of(std::slice::from_ref(&north)), Peer::Station("North".parse().unwrap()));
    for odd in [
        vec![],
        vec![north.clone(), north.clone()],
        vec![north.clone(), uri("urn:greylock:operator:ada")],
        vec![north.clone(), SanType::DnsName("north.example".try_into().unwrap())],
        vec![uri("urn:greylock:station:")],
        vec![uri("urn:greylock:station:a b")],
        vec![uri("https://example.org/North")],
        vec![SanType::DnsName("urn:greylock:station:North".try_into().unwrap())],
    ] {
        assert_eq!(of(&odd), Peer::Nobody, "{odd:?}");
    }
}
