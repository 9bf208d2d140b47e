//! The pictures in the README, and the page at three widths in both themes. `make screenshots` puts the README's into
//! `docs`; every run of the tests takes them all, to prove that it works.

use std::path::PathBuf;

use crate::browser::Page;
use crate::stage::prepared;

/// The largest picture allowed in the repository, in bytes.
const LARGEST: usize = 200 * 1024;

/// The widths of all three columns, and of the messages alone.
const ALL: u32 = 1280;
const SLACK: u32 = 900;

/// Saves a picture for the README.
async fn take(page: &Page, name: &str) {
    let folder = std::env::var_os("PICTURES").map_or_else(scratch, PathBuf::from);
    let size = save(page, name, folder).await;
    assert!(size < LARGEST, "{name} has {size} bytes");
}

/// Saves a picture beside the test's results.
async fn look(page: &Page, name: &str) {
    save(page, name, scratch()).await;
}

fn scratch() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

async fn save(page: &Page, name: &str, folder: PathBuf) -> usize {
    page.until("document.fonts.status === 'loaded' && !document.querySelector('[aria-busy]')").await;
    let png = page.driver.screenshot_as_png().await.unwrap();
    assert!(png.starts_with(b"\x89PNG"), "{name} is a picture");
    std::fs::write(folder.join(format!("{name}.png")), &png).unwrap();
    png.len()
}

/// What a new reader sees within 15 seconds, without a click.
const FIRST_SIGHT: &str = "(() => {
    const seen = (css) => [...document.querySelectorAll(css)].filter((n) => {
        const { top, bottom } = n.getBoundingClientRect();
        return n.checkVisibility() && top >= 0 && bottom <= innerHeight && bottom > 0;
    });
    const wide = innerWidth > 760;
    return (!wide || seen('#top > p').length === 1) && seen('#messages [data-action=take]').length >= 2
        && seen('#messages [data-action=take].ringed').length === 1 && seen('#composer-text').length === 1
        && (!wide || (seen('#steps > li').length === 10 && seen('[data-step=take] .detail').length === 1
            && seen('#inbox-list .conversation').length >= 3 && seen('#messages .message').length >= 3))
        && (wide || seen('#coach button').length === 1);
})()";

#[tokio::test]
async fn a_cold_start_shows_problem_product_and_first_step() {
    prepared(|page| async move {
        for (width, height) in [(1440, 900), (900, 700), (390, 844)] {
            page.size(width, height).await;
            if width != 900 {
                page.until(FIRST_SIGHT).await;
            }
            for scheme in ["light", "dark"] {
                page.prefers(scheme).await;
                look(&page, &format!("start-{width}-{scheme}")).await;
            }
            page.prefers("light").await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_readme_shows_what_there_is() {
    prepared(|page| async move {
        page.size(ALL, 800).await;
        page.until("document.querySelector('[data-action=take].ringed')").await;
        take(&page, "channel").await;
        page.say("/assign me Ana Lima").await;
        page.has("conv_1001", "Maya Chen").await;
        page.click_in_message("Ana Lima", "[data-action=hand_off]").await;
        page.shows(".modal", "").await;
        page.size(SLACK, 640).await;
        take(&page, "handoff").await;
        page.keys("\u{e00c}").await;
        page.until("!document.querySelector('.modal')").await;
        page.become_("zoe").await;
        page.click("[data-place=app]", "").await;
        page.shows("#messages .message", "March invoice").await;
        page.size(SLACK, 420).await;
        take(&page, "message").await;
    })
    .await;
}

#[tokio::test]
async fn the_readme_shows_the_lists() {
    prepared(|page| async move {
        page.size(SLACK, 560).await;
        page.say("/inbox unassigned").await;
        page.shows("#messages .message.only [data-action=take]", "").await;
        take(&page, "inbox").await;
        page.become_("zoe").await;
        page.click("[data-place=app]", "").await;
        page.click("[data-tab=home]", "").await;
        page.shows("#home", "Nora Quinn").await;
        take(&page, "home").await;
        page.click("[data-place=C0FRONT]", "").await;
        page.click("#place .composer button", "Shortcuts").await;
        page.click("[role=menuitem][data-value=find_conversation]", "").await;
        page.type_into(".modal .combo input", "okafro").await;
        page.shows("[role=option][aria-selected=true]", "Diana Okafor").await;
        take(&page, "find").await;
    })
    .await;
}
