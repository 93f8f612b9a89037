//! What the page is to those who do not see it, and how it fits its screens.

use serde_json::{Value, json};

use crate::street::{DESK, PHONE, Street};

/// What can be worked.
const CONTROLS: &[&str] =
    &["button", "link", "switch", "tab", "checkbox", "radio", "combobox", "textbox"];

fn text(node: &Value, key: &str) -> String {
    node[key]["value"].as_str().unwrap_or_default().to_owned()
}

/// Role and name of every node of the accessibility tree.
fn tree(street: &mut Street) -> Vec<(String, String)> {
    let tree = street.call("Accessibility.getFullAXTree", &json!({}));
    let seen = tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] != true);
    seen.map(|node| (text(node, "role"), text(node, "name"))).collect()
}

fn every_control_has_a_name(street: &mut Street) -> usize {
    let nodes = tree(street);
    let controls: Vec<_> =
        nodes.iter().filter(|(role, _)| CONTROLS.contains(&role.as_str())).collect();
    for (role, name) in &controls {
        assert!(!name.trim().is_empty(), "a {role} without a name");
    }
    controls.len()
}

#[test]
#[ignore = "needs Chromium: cargo xtask page"]
fn every_control_has_a_name_and_the_page_its_landmarks() {
    let mut street = Street::open(DESK, "light");
    let controls = every_control_has_a_name(&mut street);
    println!("{controls} controls on the page, each with a name");
    assert!(controls > 40);
    let nodes = tree(&mut street);
    for landmark in ["banner", "main", "complementary", "contentinfo"] {
        assert_eq!(nodes.iter().filter(|(role, _)| role == landmark).count(), 1, "{landmark}");
    }
    for name in ["North Gate", "South Quay", "Wallet", "Books"] {
        assert!(nodes.contains(&("heading".to_owned(), name.to_owned())), "{name}");
    }
    assert_eq!(street.eval("document.documentElement.lang"), "en");
    let shown = "document.querySelectorAll('div[onclick], span[onclick], div[tabindex]').length";
    assert_eq!(street.eval(shown), 0);
    assert_eq!(street.eval("document.querySelectorAll('h1').length"), 1);
    let live = "document.querySelector('[role=status][aria-live=polite]') !== null \
                && document.querySelector('[role=alert]') !== null";
    assert_eq!(street.eval(live), true);
    street.click("#cards .face");
    every_control_has_a_name(&mut street);
    street.key("Escape");
    let back = street.eval("document.activeElement.matches('#cards .face')");
    assert_eq!(back, true, "the focus comes back to the card");
    street.key("?");
    street.until("document.querySelector('dialog .keys')");
    street.keep("shortcuts");
    street.key("Escape");
    street.close();
}

/// Contrast of each text with what is behind it, as WCAG 2.2 computes it; what is below 4.5 (3 for large text).
const CONTRAST: &str = r"(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].map((part, at) => at === 3 ? part / 255 : part);
  };
  const over = (top, under) => [0, 1, 2].map((at) => top[at] * top[3] + under[at] * (1 - top[3]));
  const light = (color) => {
    const [r, g, b] = color.map((part) => { const c = part / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const stops = style.backgroundImage.match(/(rgba?|color|oklab|lab)\([^()]*\)/g);
      if (stops) layers.push(...stops.map(rgba).filter((stop) => stop[3] > 0.9).slice(-1));
      const color = rgba(style.backgroundColor);
      layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const poor = [];
  for (const node of document.querySelectorAll('main *, header *, footer *')) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!own || node.closest('svg, .sr, [hidden]') || !node.checkVisibility({visibilityProperty: true})) continue;
    const style = getComputedStyle(node);
    const under = ground(node);
    const [a, b] = [light(over(rgba(style.color), under)), light(under)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (large ? 3 : 4.5)) poor.push(`${contrast.toFixed(2)} ${node.className} ${node.textContent.slice(0, 40)}`);
  }
  return poor;
})()";

#[test]
#[ignore = "needs Chromium: cargo xtask page"]
fn texts_stand_out_and_fit_by_day_and_night_on_desk_and_phone() {
    for (screen, scheme) in [(DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")] {
        let mut street = Street::open(screen, scheme);
        let poor = street.eval(CONTRAST);
        assert_eq!(poor, json!([]), "{screen:?} {scheme}");
        let wide = street.eval("document.documentElement.scrollWidth");
        assert!(wide.as_u64().unwrap() <= u64::from(screen.0), "{wide} pixels wide, {screen:?}");
        if screen == PHONE {
            let small = "[...document.querySelectorAll('main button, header button')].filter((one) => \
                         one.checkVisibility() && one.getBoundingClientRect().height < 44).map((one) => one.textContent)";
            assert_eq!(street.eval(small), json!([]), "targets for a thumb");
        }
        street.keep(&format!("first-sight-{}-{scheme}", screen.0));
        street.close();
    }
}
