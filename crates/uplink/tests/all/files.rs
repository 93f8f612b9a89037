//! The files of the lists: damaged ones are fetched anew, and looking up needs none of them.

use std::time::Instant;

use forecourt::Uplink as _;
use host::{Input, Measure, Subject};
use lists::{Blacklist, Cursor};
use wire::Asn;

use crate::centre::{Books, Centre};
use crate::rig::{Folder, Rig};
use crate::support::{CARD, OTHER, SOUTH, act};

#[test]
fn a_damaged_file_is_as_good_as_none() {
    let (books, folder) = (Books::new(), Folder::new());
    books.tell(vec![Input::Act(act(Subject::Card(OTHER), Measure::Block, 0))]);
    let centre = Centre::start(&books);
    {
        let rig = Rig::at(&folder, centre.address, SOUTH);
        rig.until_up();
        assert!(rig.linked.is_blacklisted(OTHER));
    }
    let path = folder.lists().join("blacklist.list");
    let mut bytes = std::fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&path, bytes).unwrap();
    std::fs::remove_file(folder.lists().join("grey.list")).unwrap();
    let rig = Rig::at(&folder, centre.address, SOUTH);
    rig.until_up();
    assert!(rig.linked.is_blacklisted(OTHER) && !rig.linked.is_blacklisted(CARD));
    assert_eq!(rig.bases(), 2);
    rig.linked.close();
    Blacklist::from_bytes(&std::fs::read(&path).unwrap()).unwrap();
}

/// Whole, but of another list: the centre is asked, and gives its own.
#[test]
fn a_list_that_differs_from_the_centres_is_replaced() {
    let (books, folder) = (Books::new(), Folder::new());
    let centre = Centre::start(&books);
    std::fs::create_dir_all(folder.lists()).unwrap();
    let foreign = Blacklist::base(0, vec![CARD]).to_bytes(&Cursor::default());
    std::fs::write(folder.lists().join("blacklist.list"), foreign).unwrap();
    let rig = Rig::at(&folder, centre.address, SOUTH);
    rig.until_up();
    assert!(!rig.linked.is_blacklisted(CARD));
}

/// The bound of protocol §9 with much to spare for a slow machine and a build without optimisation: the figure is that of
/// `greylock bench`.
#[test]
fn a_card_is_found_among_a_million_without_asking_anybody() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.lists()).unwrap();
    let number = |n: u32| format!("62801000{n:08}").parse::<Asn>().unwrap();
    let list = Blacklist::base(1, (0..1_000_000).map(|n| number(n * 7)).collect());
    let bytes = list.to_bytes(&Cursor::default());
    std::fs::write(folder.lists().join("blacklist.list"), bytes).unwrap();
    let rig = Rig::with_neighbours(&folder, Vec::new());
    let asked: Vec<Asn> = (0..10_000).map(|n| number(n * 701)).collect();
    let begun = Instant::now();
    let found = asked.iter().filter(|asn| rig.linked.is_blacklisted(**asn)).count();
    let each = begun.elapsed() / 10_000;
    assert_eq!(found, asked.iter().filter(|asn| list.contains(**asn)).count());
    assert!(found > 0 && each.as_micros() < 50, "{each:?}");
}
