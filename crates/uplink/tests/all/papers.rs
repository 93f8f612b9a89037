//! Grey records on paper: whose are believed, and for which lock.

use std::sync::Arc;

use client::Switch;
use forecourt::{Found, Uplink as _};
use receipt::{Paper, PaperError};
use station::Sought;
use uplink::{NeighbourSetup, PaperRefused, Setup, Way, Who};
use wire::ClaimedRecord;

use crate::certificates::House;
use crate::rig::{Folder, Rig};
use crate::support::{NORTH, Scene, T1};

fn rig(folder: &Folder, house: &House) -> Rig {
    let way = Way {
        address: "http://127.0.0.1:1".parse().unwrap(),
        who: Who::Name("South".to_owned()),
        switch: Switch::default(),
    };
    // Nobody is there; but whose its PSAM is, is known.
    let switch = way.switch.clone();
    switch.cut();
    let neighbours = vec![NeighbourSetup { name: NORTH.to_owned(), way, tids: vec![T1] }];
    let trust = Some(Arc::new(house.trust()));
    Rig::new(Setup { neighbours, trust, ..folder.setup(None) })
}

#[test]
fn a_paper_frees_its_own_lock_with_no_network_at_all() {
    let (house, folder) = (House::new(), Folder::new());
    let rig = rig(&folder, &house);
    let mut scene = Scene::new();
    let record = scene.grey(100, 1);
    let text = Paper::sign(&record, &house.station(NORTH)).unwrap().to_text();
    assert_eq!(rig.found(&record.terms.id), None);
    let taken = rig.linked.show_paper(&text).unwrap();
    assert_eq!((taken.amount, taken.station.as_str()), (100, NORTH));
    assert_eq!(taken.lock.ttc, record.terms.id.ttc.0);
    assert_eq!(rig.found(&record.terms.id), Some((record, Found::Paper)));
    let other = wire::LockId { ctc: record.terms.id.ctc + 1, ..record.terms.id };
    assert_eq!(rig.found(&other), None, "no part of a lock names it");
}

#[test]
fn one_that_does_not_fit_hides_no_other() {
    let (house, folder) = (House::new(), Folder::new());
    let rig = rig(&folder, &house);
    let record = Scene::new().grey(100, 1);
    let show = |record: &ClaimedRecord| {
        let text = Paper::sign(record, &house.station(NORTH)).unwrap().to_text();
        rig.linked.show_paper(&text).unwrap();
    };
    let mut forged = record;
    forged.certified.mac2 = wire::Mac([9; 4]);
    let lock = record.terms.id;
    let fits = |shown: &ClaimedRecord| shown.certified.mac2 == record.certified.mac2;
    let sought = Sought { lock: &lock, fits: &fits, anywhere: true };
    show(&forged);
    assert_eq!(rig.linked.grey_record(&sought), None);
    show(&record);
    assert_eq!(rig.linked.grey_record(&sought), Some((record, Found::Paper)));
    show(&forged);
    assert_eq!(rig.linked.grey_record(&sought), Some((record, Found::Paper)));
    let listed = Sought { anywhere: false, ..sought };
    assert_eq!(
        rig.linked.grey_record(&listed),
        None,
        "what was refused once is not tried on and on"
    );
}

#[test]
fn nobody_speaks_for_a_psam_that_works_here() {
    let (house, folder) = (House::new(), Folder::new());
    let rig = rig(&folder, &house);
    let mut scene = Scene::new();
    let (sold, tac) = scene.sale(100, 1);
    let record = scene.grey(100, 10);
    let text = Paper::sign(&record, &house.station(NORTH)).unwrap().to_text();
    rig.linked.show_paper(&text).unwrap();
    rig.write(&sold, Some(tac));
    assert_eq!(rig.found(&record.terms.id), None, "the paper came before the PSAM");
    assert_eq!(rig.linked.show_paper(&text), Err(PaperRefused::OwnPsam { tid: T1 }));
}

#[test]
fn what_no_station_of_this_house_signed_for_its_own_psam_is_not_believed() {
    let (house, other, folder) = (House::new(), House::new(), Folder::new());
    let rig = rig(&folder, &house);
    let record = Scene::new().grey(100, 1);
    let shown = |identity| {
        let text = Paper::sign(&record, &identity).unwrap().to_text();
        rig.linked.show_paper(&text).unwrap_err()
    };
    let not_believed = |refused| matches!(refused, PaperRefused::Paper(PaperError::NotBelieved(_)));
    assert!(not_believed(shown(other.station(NORTH))), "another authority");
    assert_eq!(shown(house.operator("ada")), PaperRefused::Paper(PaperError::NoStation));
    let of_another = PaperRefused::NotItsPsam { station: "East".to_owned(), tid: T1 };
    assert_eq!(shown(house.station("East")), of_another, "a stolen certificate");
    let nonsense = rig.linked.show_paper("GL1:nonsense").unwrap_err();
    assert_eq!(nonsense, PaperRefused::Paper(PaperError::NoRecord));
    assert_eq!(rig.found(&record.terms.id), None);
}

#[test]
fn without_an_authority_no_paper_is_believed() {
    let (house, folder) = (House::new(), Folder::new());
    let rig = Rig::with_neighbours(&folder, Vec::new());
    let paper = Paper::sign(&Scene::new().grey(100, 1), &house.station(NORTH)).unwrap();
    assert_eq!(rig.linked.show_paper(&paper.to_text()), Err(PaperRefused::NoAuthority));
}

#[test]
fn with_new_certificates_a_paper_is_shown_again() {
    let (house, other, folder) = (House::new(), House::new(), Folder::new());
    let rig = rig(&folder, &house);
    let record = Scene::new().grey(100, 1);
    let text = Paper::sign(&record, &house.station(NORTH)).unwrap().to_text();
    rig.linked.show_paper(&text).unwrap();
    rig.linked.renew(None, &[], Some(Arc::new(other.trust()))).unwrap();
    assert_eq!(rig.found(&record.terms.id), None, "whoever signed it may have been taken back");
    rig.linked.show_paper(&text).unwrap_err();
    rig.linked.renew(None, &[], Some(Arc::new(house.trust()))).unwrap();
    rig.linked.show_paper(&text).unwrap();
    assert!(rig.found(&record.terms.id).is_some());
}
