//! Draws a report as a picture, for people who prefer it to text.

use std::sync::Once;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::register_font;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::core::text::cut;
use crate::notifications::report_facts::{DayActivity, Report};
use crate::notifications::report_view::{title, waits};

const WIDTH: u32 = 1200;
const HEIGHT: u32 = 560;

/// The width of the chart of days, in pixels. The chart of people gets the rest.
const DAYS: u32 = 760;

/// The length of a person's longest bar, in pixels.
const LONGEST_BAR: usize = 200;

/// The most people that are shown.
const MOST_PEOPLE: usize = 12;

/// The most days that have a label.
const MOST_LABELS: usize = 10;

const FONT: &str = "sans-serif";

const TEXT: RGBColor = RGBColor(29, 28, 29);
const FAINT: RGBColor = RGBColor(221, 221, 221);
const PERSON: RGBColor = RGBColor(74, 21, 75);

/// An outcome of conversations: its name, its color, and its count on a day.
type Series = (&'static str, RGBColor, fn(&DayActivity) -> usize);

const OUTCOMES: [Series; 4] = [
    ("done", RGBColor(46, 182, 125), |day| day.done),
    ("snoozed", RGBColor(236, 178, 46), |day| day.snoozed),
    ("owned", RGBColor(54, 197, 240), |day| day.owned),
    ("waiting", RGBColor(224, 30, 90), |day| day.waiting),
];

type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;
type Failed<'a> = DrawingAreaErrorKind<<BitMapBackend<'a> as DrawingBackend>::ErrorType>;

/// Draws the picture as a PNG, or returns `None` if that fails.
pub(crate) fn png(report: &Report) -> Option<Vec<u8>> {
    static FONTS: Once = Once::new();
    FONTS.call_once(|| drop(register_font(FONT, FontStyle::Normal, dejavu::sans::regular())));
    let mut pixels = vec![0; (WIDTH * HEIGHT * 3) as usize];
    drawn(&mut pixels, report).ok()?;
    encoded(&pixels).ok()
}

fn encoded(pixels: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header()?.write_image_data(pixels)?;
    Ok(file)
}

fn drawn<'a>(pixels: &'a mut [u8], report: &Report) -> Result<(), Failed<'a>> {
    let root = BitMapBackend::with_buffer(pixels, (WIDTH, HEIGHT)).into_drawing_area();
    root.fill(&WHITE)?;
    let area = root.margin(12, 0, 0, 0).titled(&title(report), (FONT, 26).into_font().color(&TEXT))?;
    let area = area.titled(&waits(report), (FONT, 18).into_font().color(&TEXT))?;
    let (days, people) = area.split_horizontally(DAYS);
    draw_days(&days, &report.days)?;
    draw_people(&people, &report.loads)?;
    root.present()
}

fn draw_days<'a>(area: &Area<'a>, days: &[DayActivity]) -> Result<(), Failed<'a>> {
    let most = days.iter().map(DayActivity::total).max().unwrap_or_default().max(4);
    let mut chart = ChartBuilder::on(area)
        .margin(20)
        .margin_top(50)
        .x_label_area_size(40)
        .y_label_area_size(50)
        .build_cartesian_2d(0.0..number(days.len()), 0.0..number(most) * 1.05)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(0)
        .y_labels(5)
        .y_label_formatter(&|count| format!("{count:.0}"))
        .label_style((FONT, 18).into_font().color(&TEXT))
        .light_line_style(WHITE)
        .bold_line_style(FAINT)
        .axis_style(FAINT)
        .draw()?;
    for (nth, day) in days.iter().enumerate() {
        let (left, right, mut base) = (number(nth) + 0.15, number(nth) + 0.85, 0.0);
        for (_, color, count) in OUTCOMES {
            let top = base + number(count(day));
            chart.draw_series([Rectangle::new([(left, base), (right, top)], color.filled())])?;
            base = top;
        }
        if nth % days.len().div_ceil(MOST_LABELS) == 0 {
            let label = day.date.strftime("%a %-d").to_string();
            let style = centered(18, VPos::Top);
            let text = EmptyElement::at((number(nth) + 0.5, 0.0)) + Text::new(label, (0, 10), style);
            chart.draw_series([text])?;
        }
    }
    for (nth, (name, color, _)) in (0..).zip(OUTCOMES) {
        let (left, top) = (80 + nth * 130, 22);
        area.draw(&Rectangle::new([(left, top), (left + 14, top + 14)], color.filled()))?;
        area.draw(&Text::new(name, (left + 22, top), (FONT, 19).into_font().color(&TEXT)))?;
    }
    Ok(())
}

fn draw_people<'a>(area: &Area<'a>, loads: &[(String, usize)]) -> Result<(), Failed<'a>> {
    let heading = if loads.is_empty() { "Nobody owns an open conversation" } else { "Open now, by owner" };
    area.draw(&Text::new(heading, (20, 22), (FONT, 19).into_font().color(&TEXT)))?;
    let most = loads.iter().map(|(_, open)| *open).max().unwrap_or_default().max(1);
    for (nth, (name, open)) in (0..).zip(loads.iter().take(MOST_PEOPLE)) {
        let top = 60 + nth * 36;
        let length = i32::try_from(open * LONGEST_BAR / most).unwrap_or_default();
        let name = cut(name, 16);
        let style = (FONT, 19).into_font().color(&TEXT).pos(Pos::new(HPos::Right, VPos::Center));
        area.draw(&Text::new(name, (170, top + 12), style))?;
        area.draw(&Rectangle::new([(180, top), (180 + length, top + 24)], PERSON.filled()))?;
        let style = (FONT, 19).into_font().color(&TEXT).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(open.to_string(), (188 + length, top + 12), style))?;
    }
    Ok(())
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn centered(size: u32, vertical: VPos) -> TextStyle<'static> {
    (FONT, size).into_font().color(&TEXT).pos(Pos::new(HPos::Center, vertical))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notifications::report_facts::Waits;

    #[test]
    fn any_report_can_be_drawn() {
        let day = |date: i8, count| DayActivity {
            date: jiff::civil::date(2026, 11, date),
            done: count,
            snoozed: count / 2,
            owned: 1,
            waiting: count % 3,
        };
        let loads = |people: usize| (0..people).map(|nth| (format!("Person {nth} Ünïcödé 名前"), nth * 3)).collect();
        for (days, people) in [(0, 0), (1, 1), (7, 5), (28, 40)] {
            let days = (1..=days).map(|date| day(date, usize::from(date.unsigned_abs()))).collect();
            let report =
                Report { by: "Maya".to_owned(), line: None, days, waits: Waits::default(), loads: loads(people) };
            let file = png(&report).unwrap_or_default();
            assert!(file.starts_with(b"\x89PNG"), "{} bytes", file.len());
        }
    }
}
