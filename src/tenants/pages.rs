//! The pages that people see in their browser while they install the app.

/// The style of the pages: large centered text, with light and dark colors.
const STYLE: &str = ":root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;margin:0}\
                     main{max-width:32rem;margin:18vh auto 0;padding:0 1.5rem}h1{font-size:1.6rem}";

/// The outcome of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InstallPage<'a> {
    /// An app that was installed.
    Installed {
        /// The name of the workspace or organization.
        name: &'a str,
    },
    /// A request that the person declined.
    Declined,
    /// An installation whose beginning is unknown, expired or already used.
    NotBegun,
    /// An authorization that Slack doesn't accept.
    Refused,
    /// An installation for which Slack didn't answer, or which couldn't be stored.
    Failed,
}

impl InstallPage<'_> {
    /// Renders the page. `install` is the address where an installation begins. Text from outside is escaped.
    pub(crate) fn html(&self, install: &str) -> String {
        let (title, text, can_begin_again) = match self {
            Self::Installed { name } => (
                format!("Installed in {}", escaped(name)),
                "The next step is in a message from this app in Slack. You can close this page.",
                false,
            ),
            Self::Declined => ("Not installed".to_owned(), "Nothing changed.", true),
            Self::NotBegun => (
                "Start again".to_owned(),
                "This address works once, for 10 minutes, in the browser in which the installation was started.",
                true,
            ),
            Self::Refused => ("Not installed".to_owned(), "Slack rejected this installation. Start again.", true),
            Self::Failed => (
                "Not installed".to_owned(),
                "Slack didn't respond, or the app couldn't store the installation. Try again in a minute.",
                true,
            ),
        };
        let link = format!("<p><a href=\"{}\">Install the app</a></p>", escaped(install));
        format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\"><link rel=\"icon\" href=\"data:,\"><title>{title}</title><style>{STYLE}</style>\
             <main><h1>{title}</h1><p>{text}</p>{}</main></html>\n",
            if can_begin_again { link.as_str() } else { "" }
        )
    }
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut html, character| {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
        html
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_cannot_write_into_the_page() {
        let html = InstallPage::Installed { name: "<script>&'\"" }.html("/");
        assert!(html.contains("&lt;script&gt;&amp;&#39;&quot;") && !html.contains("<script"), "{html}");
    }
}
