//! Tables of all blocks and elements and of the fields that each may have. The validator refuses anything that is not
//! in a table, so that an app that sends it finds out early.

/// The rule for a field's value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    /// A string.
    Words,
    /// A string that is not empty.
    Id,
    /// An array of such strings.
    Ids,
    /// An `http` or `https` address.
    Url,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Whole,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A `plain_text` object.
    Plain,
    /// A `plain_text` or `mrkdwn` object.
    Text,
    /// An array of such objects.
    Texts,
    /// One element of these kinds.
    Element(&'static [&'static str]),
    /// An array of such elements.
    Elements(&'static [&'static str]),
    /// An option object.
    Choice,
    /// An array of option objects.
    Choices,
    /// An array of option groups.
    Groups,
    /// A confirmation dialog.
    Confirm,
    /// `YYYY-MM-DD`.
    Date,
    /// `HH:mm`.
    Time,
    /// Any object, unchecked.
    Object,
    /// Any array, unchecked.
    Array,
}

/// A field and the rule for its value.
pub(super) type Field = (&'static str, Rule);

/// The fields of one kind of block or element, beside `type`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schema {
    pub(super) kind: &'static str,
    pub(super) required: &'static [Field],
    pub(super) optional: &'static [Field],
}

use Rule::{
    Array, Choice, Choices, Confirm, Date, Element, Elements, Flag, Groups, Id, Ids, Object, OneOf, Plain, Text, Texts,
    Time, Url, Whole, Words,
};

const ACTION: Field = ("action_id", Id);
const PLACEHOLDER: Field = ("placeholder", Plain);
const CONFIRM: Field = ("confirm", Confirm);
const FOCUS: Field = ("focus_on_load", Flag);
const OPTIONS: Field = ("options", Choices);
const GROUPS: Field = ("option_groups", Groups);
const MANY: Field = ("max_selected_items", Whole);
const LEVELS: &[&str] = &["default", "info", "warning", "error", "success"];
const STYLES: &[&str] = &["primary", "danger"];

const IN_SECTION: &[&str] = &[
    "button",
    "overflow",
    "image",
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
    "multi_static_select",
    "multi_external_select",
    "multi_users_select",
    "multi_conversations_select",
    "multi_channels_select",
    "datepicker",
    "timepicker",
    "checkboxes",
    "radio_buttons",
];

const IN_ACTIONS: &[&str] = &[
    "button",
    "overflow",
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
    "datepicker",
    "timepicker",
    "datetimepicker",
    "checkboxes",
    "radio_buttons",
];

const IN_INPUT: &[&str] = &[
    "plain_text_input",
    "static_select",
    "external_select",
    "users_select",
    "conversations_select",
    "channels_select",
    "multi_static_select",
    "multi_external_select",
    "multi_users_select",
    "multi_conversations_select",
    "multi_channels_select",
    "datepicker",
    "timepicker",
    "datetimepicker",
    "checkboxes",
    "radio_buttons",
];

const IN_CONTEXT: &[&str] = &["image", "plain_text", "mrkdwn"];

/// The blocks; each may have a `block_id` too.
pub(super) const BLOCKS: &[Schema] = &[
    Schema {
        kind: "section",
        required: &[],
        optional: &[("text", Text), ("fields", Texts), ("accessory", Element(IN_SECTION)), ("expand", Flag)],
    },
    Schema { kind: "header", required: &[("text", Plain)], optional: &[] },
    Schema { kind: "context", required: &[("elements", Elements(IN_CONTEXT))], optional: &[] },
    Schema { kind: "actions", required: &[("elements", Elements(IN_ACTIONS))], optional: &[] },
    Schema { kind: "divider", required: &[], optional: &[] },
    Schema {
        kind: "input",
        required: &[("label", Plain), ("element", Element(IN_INPUT))],
        optional: &[("hint", Plain), ("optional", Flag), ("dispatch_action", Flag)],
    },
    Schema {
        kind: "image",
        required: &[("alt_text", Words)],
        optional: &[("image_url", Url), ("slack_file", Object), ("title", Plain)],
    },
    Schema { kind: "rich_text", required: &[("elements", Array)], optional: &[] },
    Schema { kind: "alert", required: &[("text", Text)], optional: &[("level", OneOf(LEVELS))] },
    Schema { kind: "table", required: &[("rows", Array)], optional: &[("column_settings", Array)] },
    Schema { kind: "data_visualization", required: &[("title", Words), ("chart", Object)], optional: &[] },
];

/// The elements.
pub(super) const ELEMENTS: &[Schema] = &[
    Schema {
        kind: "button",
        required: &[("text", Plain), ACTION],
        optional: &[("value", Words), ("url", Url), ("style", OneOf(STYLES)), CONFIRM, ("accessibility_label", Words)],
    },
    Schema { kind: "overflow", required: &[OPTIONS, ACTION], optional: &[CONFIRM] },
    Schema {
        kind: "static_select",
        required: &[ACTION],
        optional: &[OPTIONS, GROUPS, ("initial_option", Choice), PLACEHOLDER, CONFIRM, FOCUS],
    },
    Schema {
        kind: "multi_static_select",
        required: &[ACTION],
        optional: &[OPTIONS, GROUPS, ("initial_options", Choices), MANY, PLACEHOLDER, CONFIRM, FOCUS],
    },
    Schema {
        kind: "external_select",
        required: &[ACTION],
        optional: &[("initial_option", Choice), ("min_query_length", Whole), PLACEHOLDER, CONFIRM, FOCUS],
    },
    Schema {
        kind: "multi_external_select",
        required: &[ACTION],
        optional: &[("initial_options", Choices), ("min_query_length", Whole), MANY, PLACEHOLDER, CONFIRM, FOCUS],
    },
    Schema {
        kind: "users_select",
        required: &[ACTION],
        optional: &[("initial_user", Id), PLACEHOLDER, CONFIRM, FOCUS],
    },
    Schema {
        kind: "multi_users_select",
        required: &[ACTION],
        optional: &[("initial_users", Ids), MANY, PLACEHOLDER, CONFIRM, FOCUS],
    },
    Schema {
        kind: "conversations_select",
        required: &[ACTION],
        optional: &[
            ("initial_conversation", Id),
            ("default_to_current_conversation", Flag),
            ("response_url_enabled", Flag),
            ("filter", Object),
            PLACEHOLDER,
            CONFIRM,
            FOCUS,
        ],
    },
    Schema {
        kind: "multi_conversations_select",
        required: &[ACTION],
        optional: &[
            ("initial_conversations", Ids),
            ("default_to_current_conversation", Flag),
            ("filter", Object),
            MANY,
            PLACEHOLDER,
            CONFIRM,
            FOCUS,
        ],
    },
    Schema {
        kind: "channels_select",
        required: &[ACTION],
        optional: &[("initial_channel", Id), ("response_url_enabled", Flag), PLACEHOLDER, CONFIRM, FOCUS],
    },
    Schema {
        kind: "multi_channels_select",
        required: &[ACTION],
        optional: &[("initial_channels", Ids), MANY, PLACEHOLDER, CONFIRM, FOCUS],
    },
    Schema {
        kind: "plain_text_input",
        required: &[ACTION],
        optional: &[
            ("initial_value", Words),
            ("multiline", Flag),
            ("min_length", Whole),
            ("max_length", Whole),
            ("dispatch_action_config", Object),
            PLACEHOLDER,
            FOCUS,
        ],
    },
    Schema {
        kind: "datepicker",
        required: &[ACTION],
        optional: &[("initial_date", Date), PLACEHOLDER, CONFIRM, FOCUS],
    },
    Schema {
        kind: "timepicker",
        required: &[ACTION],
        optional: &[("initial_time", Time), ("timezone", Words), PLACEHOLDER, CONFIRM, FOCUS],
    },
    Schema { kind: "datetimepicker", required: &[ACTION], optional: &[("initial_date_time", Whole), CONFIRM, FOCUS] },
    Schema {
        kind: "checkboxes",
        required: &[OPTIONS, ACTION],
        optional: &[("initial_options", Choices), CONFIRM, FOCUS],
    },
    Schema {
        kind: "radio_buttons",
        required: &[OPTIONS, ACTION],
        optional: &[("initial_option", Choice), CONFIRM, FOCUS],
    },
    Schema { kind: "image", required: &[("alt_text", Words)], optional: &[("image_url", Url), ("slack_file", Object)] },
];

/// A modal. Its `blocks` are checked separately.
pub(super) const MODAL: Schema = Schema {
    kind: "modal",
    required: &[("title", Plain)],
    optional: &[
        ("submit", Plain),
        ("close", Plain),
        ("private_metadata", Words),
        ("callback_id", Words),
        ("external_id", Words),
        ("clear_on_close", Flag),
        ("notify_on_close", Flag),
    ],
};

/// A home tab. Its `blocks` are checked separately.
pub(super) const HOME: Schema = Schema {
    kind: "home",
    required: &[],
    optional: &[("private_metadata", Words), ("callback_id", Words), ("external_id", Words)],
};

/// The parts of a confirmation dialog.
pub(super) const CONFIRMATION: Schema = Schema {
    kind: "confirm",
    required: &[("title", Plain), ("text", Plain), ("confirm", Plain), ("deny", Plain)],
    optional: &[("style", OneOf(STYLES))],
};

/// The parts of an option; a menu's options are plain, those of checkboxes and radio buttons may
/// carry formatting, and only those of an overflow menu may be links.
pub(super) const PLAIN_OPTION: Schema =
    Schema { kind: "option", required: &[("text", Plain), ("value", Id)], optional: &[("description", Plain)] };
/// See [`PLAIN_OPTION`].
pub(super) const RICH_OPTION: Schema =
    Schema { kind: "option", required: &[("text", Text), ("value", Id)], optional: &[("description", Text)] };
/// See [`PLAIN_OPTION`].
pub(super) const LINK_OPTION: Schema = Schema {
    kind: "option",
    required: &[("text", Plain), ("value", Id)],
    optional: &[("description", Plain), ("url", Url)],
};

/// The parts of an option group.
pub(super) const OPTION_GROUP: Schema =
    Schema { kind: "option_group", required: &[("label", Plain), ("options", Choices)], optional: &[] };
