//! Causes of failures for the operator's terminal, without what only programmers read.

/// Layers of libraries that only say that the layer below them failed.
const LAYERS: [&str; 9] = [
    "error sending request",
    "client error (",
    "tcp connect error",
    "dns error",
    "error connecting to server",
    "error communicating with the server",
    "error trying to connect",
    "connection error",
    "db error",
];

/// Errors of the system, as their libraries print them, and in words.
const SYSTEM: [(&str, &str); 6] = [
    ("No such file or directory", "no such file or folder"),
    ("failed to lookup address information", "unknown host name"),
    ("Name or service not known", "unknown host name"),
    ("Temporary failure in name resolution", "no answer from DNS"),
    ("operation timed out", "no answer in time"),
    ("deadline has elapsed", "no answer in time"),
];

/// Returns the words of a cause without the layers of libraries and the numbers of the system.
pub fn plain(cause: &str) -> String {
    let parts: Vec<_> = cause.split(": ").collect();
    let last = parts.len().saturating_sub(1);
    let mut kept: Vec<String> = Vec::new();
    for (n, part) in parts.into_iter().enumerate() {
        let is_layer = n < last && LAYERS.iter().any(|layer| part.starts_with(layer));
        let words = of_system(part);
        if !is_layer && kept.last() != Some(&words) {
            kept.push(words);
        }
    }
    kept.join(": ")
}

/// Returns an error of the system in words; anything else as it is.
fn of_system(part: &str) -> String {
    let (words, numbered) = match part.split_once(" (os error ") {
        Some((words, rest)) => (format!("{words}{}", rest.split_once(')').map_or("", |(_, rest)| rest)), true),
        None => (part.to_owned(), false),
    };
    match SYSTEM.iter().find(|(theirs, _)| words.starts_with(theirs)) {
        Some((_, ours)) => (*ours).to_owned(),
        None if numbered => lower(&words),
        None => words,
    }
}

fn lower(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    format!("{first}{}", characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_and_numbers_are_left_out_of_a_cause() {
        for (theirs, ours) in [
            (
                "Slack was not reached: error sending request: client error (Connect): tcp connect error: Connection \
                 refused (os error 111)",
                "Slack was not reached: connection refused",
            ),
            (
                "error sending request: client error (Connect): dns error: failed to lookup address information: Name \
                 or service not known",
                "unknown host name",
            ),
            ("No such file or directory (os error 2)", "no such file or folder"),
            ("dialnote answered: Bad Request", "dialnote answered: Bad Request"),
            ("db error", "db error"),
        ] {
            assert_eq!(plain(theirs), ours);
        }
    }
}
