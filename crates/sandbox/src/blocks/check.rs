//! The validator: walks blocks with the tables of [`super::schemas`] and the numbers of [`super::limits`], and notes
//! every fault with its place, as Slack does.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::limits::{self, Limit};
use super::parts;
use super::schemas::{
    BLOCKS, CONFIRMATION, ELEMENTS, Field, LINK_OPTION, OPTION_GROUP, PLAIN_OPTION, RICH_OPTION, Rule, Schema,
};

type Object = Map<String, Value>;

/// A validation under way.
#[derive(Default)]
pub(super) struct Check {
    /// The faults found, each with a JSON pointer.
    pub(super) faults: Vec<String>,
    /// The length of all text together, in characters.
    pub(super) text_length: u64,
    /// The number of elements that ask for the focus.
    pub(super) focused: u64,
    /// True if an input block was met.
    pub(super) has_input: bool,
    block_ids: BTreeSet<String>,
    surface: Surface,
}

/// The place of blocks. Some blocks are refused in others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Surface {
    #[default]
    Message,
    Modal,
    Home,
}

/// The kind of object a field is in, for the look-up of its limit: `("element", "button")`.
type Family<'a> = (&'a str, &'a str);

impl Check {
    /// Returns a validation of the blocks of a surface.
    pub(super) fn of(surface: Surface) -> Self {
        Self { surface, ..Self::default() }
    }

    /// Notes a fault.
    pub(super) fn fault(&mut self, at: &str, what: impl AsRef<str>) {
        self.faults.push(format!("{} [json-pointer:{at}]", what.as_ref()));
    }

    /// Checks the blocks of a message or view, at most as many as `limit` allows.
    pub(super) fn blocks(&mut self, blocks: &[Value], limit: Limit, at: &str) {
        self.count(blocks.len(), limit, "items", at);
        for (place, block) in blocks.iter().enumerate() {
            self.block(block, &format!("{at}/{place}"));
        }
    }

    fn block(&mut self, block: &Value, at: &str) {
        let Some((kind, object)) = self.typed(block, at) else { return };
        let Some(schema) = BLOCKS.iter().find(|schema| schema.kind == kind) else {
            return self.fault(&format!("{at}/type"), format!("unsupported type: {kind}"));
        };
        if !self.has_place_for(kind) {
            return self.fault(&format!("{at}/type"), format!("unsupported type: {kind}"));
        }
        self.fields(object, schema, "block", &[("block_id", Rule::Id)], at);
        self.block_id(object, at);
        self.action_ids(object, at);
        match kind {
            "section" if !object.contains_key("text") && !object.contains_key("fields") => {
                self.fault(at, "missing required field: text or fields");
            }
            "image" => self.picture(object, at),
            "input" => self.has_input = true,
            "table" => self.table(object, at),
            "data_visualization" => self.chart(object, at),
            _ => {}
        }
    }

    /// Answers whether the surface may have the block. Where Slack's pages disagree, it may not.
    fn has_place_for(&self, kind: &str) -> bool {
        match kind {
            "alert" => self.surface == Surface::Modal,
            "table" | "data_visualization" => self.surface == Surface::Message,
            _ => true,
        }
    }

    fn block_id(&mut self, block: &Object, at: &str) {
        if let Some(id) = block.get("block_id").and_then(Value::as_str)
            && !self.block_ids.insert(id.to_owned())
        {
            self.fault(&format!("{at}/block_id"), format!("`block_id` \"{id}\" already exists"));
        }
    }

    fn action_ids(&mut self, block: &Object, at: &str) {
        let mut seen = BTreeSet::new();
        for element in parts::elements(block) {
            if let Some(id) = element["action_id"].as_str()
                && !seen.insert(id)
            {
                self.fault(at, format!("`action_id` \"{id}\" already exists in this block"));
            }
        }
    }

    fn element(&mut self, element: &Value, allowed: &[&str], at: &str) {
        let Some((kind, object)) = self.typed(element, at) else { return };
        if !allowed.contains(&kind) {
            return self.fault(&format!("{at}/type"), format!("unsupported type: {kind}"));
        }
        if matches!(kind, "plain_text" | "mrkdwn") {
            return self.text(element, true, Limit::default(), at);
        }
        let Some(schema) = ELEMENTS.iter().find(|schema| schema.kind == kind) else {
            return self.fault(&format!("{at}/type"), format!("unsupported type: {kind}"));
        };
        self.fields(object, schema, "element", &[], at);
        self.focused += u64::from(object.get("focus_on_load") == Some(&Value::Bool(true)));
        match kind {
            "image" => self.picture(object, at),
            "static_select" | "multi_static_select" => self.menu(object, at),
            "checkboxes" | "radio_buttons" => self.initial(object, at),
            "plain_text_input" => self.lengths(object, at),
            "conversations_select" | "channels_select" => self.response_url(object, at),
            _ => {}
        }
    }

    fn picture(&mut self, image: &Object, at: &str) {
        if image.contains_key("image_url") == image.contains_key("slack_file") {
            self.fault(at, "exactly one of image_url and slack_file is required");
        }
    }

    fn menu(&mut self, select: &Object, at: &str) {
        if select.contains_key("options") == select.contains_key("option_groups") {
            return self.fault(at, "exactly one of options and option_groups is required");
        }
        self.initial(select, at);
    }

    /// Checks that the initial choice equals one of the options exactly.
    fn initial(&mut self, element: &Object, at: &str) {
        let offered = parts::offered(element);
        let one = element.get("initial_option").into_iter();
        let many = element.get("initial_options").and_then(Value::as_array).into_iter().flatten();
        for initial in one.chain(many) {
            if !offered.contains(&initial) {
                self.fault(at, "initial option is not one of the options");
            }
        }
    }

    fn lengths(&mut self, input: &Object, at: &str) {
        let number = |key: &str| input.get(key).and_then(Value::as_u64);
        if let (Some(min), Some(max)) = (number("min_length"), number("max_length"))
            && min > max
        {
            self.fault(at, "min_length is greater than max_length");
        }
    }

    fn response_url(&mut self, select: &Object, at: &str) {
        if select.contains_key("response_url_enabled") && self.surface != Surface::Modal {
            self.fault(&format!("{at}/response_url_enabled"), "response_url_enabled works in modals only");
        }
    }

    /// Checks an object's fields: the required ones exist, no unknown ones do, and each holds an allowed value.
    pub(super) fn fields(&mut self, object: &Object, schema: &Schema, family: &str, more: &[Field], at: &str) {
        for (name, _) in schema.required.iter().filter(|(name, _)| !object.contains_key(*name)) {
            self.fault(at, format!("missing required field: {name}"));
        }
        for (name, value) in object {
            let mut known = schema.required.iter().chain(schema.optional).chain(more);
            let place = format!("{at}/{name}");
            match known.find(|(field, _)| field == name) {
                Some((_, rule)) => self.field(value, *rule, (family, schema.kind), name, &place),
                None if name == "type" || name == "blocks" && family == "view" => {}
                None => self.fault(&place, format!("unknown field: {name}")),
            }
        }
    }

    fn field(&mut self, value: &Value, rule: Rule, (family, kind): Family, name: &str, at: &str) {
        let limit = limits::of_field(family, kind, name);
        match rule {
            Rule::Words => self.words(value, limit, at),
            Rule::Id => self.words(value, Limit { min: Some(1), ..limit }, at),
            Rule::Ids => self.each(value, limit, at, |check, id, at| check.words(id, limit_of_id(), at)),
            Rule::Url => self.url(value, limit, at),
            Rule::Flag if value.is_boolean() => {}
            Rule::Flag => self.fault(at, "must be a boolean"),
            Rule::Whole => self.whole(value, limit, at),
            Rule::OneOf(words) if value.as_str().is_some_and(|word| words.contains(&word)) => {}
            Rule::OneOf(words) => self.fault(at, format!("must be one of: {}", words.join(", "))),
            Rule::Plain => self.text(value, false, limits::of_field(family, kind, &format!("{name}.text")), at),
            Rule::Text => self.text(value, true, limits::of_field(family, kind, &format!("{name}.text")), at),
            Rule::Texts => {
                let inner = limits::of_field(family, kind, &format!("{name}[].text"));
                self.each(value, limit, at, |check, text, at| check.text(text, true, inner, at));
            }
            Rule::Element(allowed) => self.element(value, allowed, at),
            Rule::Elements(allowed) => {
                self.each(value, limit, at, |check, element, at| check.element(element, allowed, at));
            }
            Rule::Choice => self.object(value, option_schema(kind), "composition", at),
            Rule::Choices => {
                let schema = option_schema(kind);
                self.each(value, limit, at, |check, option, at| check.object(option, schema, "composition", at));
            }
            Rule::Groups => {
                self.each(value, limit, at, |check, group, at| check.object(group, &OPTION_GROUP, "composition", at));
            }
            Rule::Confirm => self.object(value, &CONFIRMATION, "composition", at),
            Rule::Date if value.as_str().is_some_and(|date| date.parse::<jiff::civil::Date>().is_ok()) => {}
            Rule::Date => self.fault(at, "must be a date: YYYY-MM-DD"),
            Rule::Time if value.as_str().is_some_and(is_time) => {}
            Rule::Time => self.fault(at, "must be a time: HH:mm"),
            Rule::Object if value.is_object() => {}
            Rule::Object => self.fault(at, "must be an object"),
            Rule::Array if value.is_array() => {}
            Rule::Array => self.fault(at, "must be an array"),
        }
    }

    /// Checks an object without a `type`: an option, a confirmation dialog, …
    pub(super) fn object(&mut self, value: &Value, schema: &Schema, family: &str, at: &str) {
        match value.as_object() {
            Some(object) if object.contains_key("type") => self.fault(&format!("{at}/type"), "unknown field: type"),
            Some(object) => self.fields(object, schema, family, &[], at),
            None => self.fault(at, "must be an object"),
        }
    }

    fn typed<'a>(&mut self, value: &'a Value, at: &str) -> Option<(&'a str, &'a Object)> {
        let object = value.as_object();
        let kind = object.and_then(|object| object.get("type")).and_then(Value::as_str);
        if object.is_none() {
            self.fault(at, "must be an object");
        } else if kind.is_none() {
            self.fault(at, "missing required field: type");
        }
        kind.zip(object)
    }

    fn each(&mut self, value: &Value, limit: Limit, at: &str, mut check: impl FnMut(&mut Self, &Value, &str)) {
        let Some(items) = value.as_array() else { return self.fault(at, "must be an array") };
        self.count(items.len(), limit, "items", at);
        for (place, item) in items.iter().enumerate() {
            check(self, item, &format!("{at}/{place}"));
        }
    }

    /// Checks a text object. `own` is the limit of the field that holds it, besides the limit of any text object.
    fn text(&mut self, value: &Value, mrkdwn: bool, own: Limit, at: &str) {
        let Some((kind, object)) = self.typed(value, at) else { return };
        let extra = match kind {
            "plain_text" => "emoji",
            "mrkdwn" if mrkdwn => "verbatim",
            _ => return self.fault(&format!("{at}/type"), format!("unsupported type: {kind}")),
        };
        for (name, value) in object.iter().filter(|(name, _)| !matches!(name.as_str(), "type" | "text")) {
            if name != extra || !value.is_boolean() {
                self.fault(&format!("{at}/{name}"), format!("invalid field: {name}"));
            }
        }
        let Some(text) = object.get("text") else { return self.fault(at, "missing required field: text") };
        let general = limits::limit(&["composition", "text", "text"]);
        let limit = Limit { min: own.min.or(general.min), max: own.max.or(general.max) };
        self.words(text, limit, &format!("{at}/text"));
        self.text_length += text.as_str().map_or(0, length);
    }

    pub(super) fn words(&mut self, value: &Value, limit: Limit, at: &str) {
        match value.as_str() {
            Some(words) => self.bounds(length(words), limit, "characters", at),
            None => self.fault(at, "must be a string"),
        }
    }

    fn url(&mut self, value: &Value, limit: Limit, at: &str) {
        self.words(value, limit, at);
        let address = value.as_str().and_then(|address| url::Url::parse(address).ok());
        if !address.is_some_and(|address| matches!(address.scheme(), "http" | "https")) {
            self.fault(at, "must be a valid URL");
        }
    }

    fn whole(&mut self, value: &Value, limit: Limit, at: &str) {
        match value.as_u64() {
            Some(number) if limit.min.is_some_and(|min| number < min) => self.fault(at, "value is too small"),
            Some(number) if limit.max.is_some_and(|max| number > max) => self.fault(at, "value is too large"),
            Some(_) => {}
            None => self.fault(at, "must be a whole number"),
        }
    }

    pub(super) fn count(&mut self, items: usize, limit: Limit, unit: &str, at: &str) {
        self.bounds(u64::try_from(items).unwrap_or(u64::MAX), limit, unit, at);
    }

    pub(super) fn bounds(&mut self, found: u64, limit: Limit, unit: &str, at: &str) {
        if let Some(max) = limit.max.filter(|max| found > *max) {
            self.fault(at, format!("no more than {max} {unit} allowed"));
        }
        if let Some(min) = limit.min.filter(|min| found < *min) {
            self.fault(at, format!("must have at least {min} {unit}"));
        }
    }
}

/// Counts code points, like the file of limits: Slack does not publish its unit of length.
pub(crate) fn length(text: &str) -> u64 {
    u64::try_from(text.chars().count()).unwrap_or(u64::MAX)
}

fn limit_of_id() -> Limit {
    Limit { min: Some(1), max: None }
}

fn option_schema(kind: &str) -> &'static Schema {
    match kind {
        "checkboxes" | "radio_buttons" => &RICH_OPTION,
        "overflow" => &LINK_OPTION,
        _ => &PLAIN_OPTION,
    }
}

fn is_time(text: &str) -> bool {
    text.len() == 5 && text.parse::<jiff::civil::Time>().is_ok()
}
