//! The button that opens the form in which the workspace is connected to dialnote.

use crate::domain::click::Control;
use crate::view::element::{Element, Style};

/// Returns the button that opens the form.
pub fn button() -> Element {
    Element::button(Control::Connect, "Connect dialnote", "{}").styled(Style::Primary)
}
