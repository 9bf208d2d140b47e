//! The button that opens the form in which the workspace is connected to dialnote.

use crate::core::control::Control;
use crate::platform::slack::blocks::element::{Element, Style};

/// Returns the button that opens the form.
pub(crate) fn button() -> Element {
    Element::button(Control::Connect, "Connect dialnote", "{}").styled(Style::Primary)
}
