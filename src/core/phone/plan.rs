//! Numbering plans: the country codes, the prefixes that people dial within a country, and the countries with two
//! spellings of one number. All numbers here are ASCII digits.

use phonenumber::Metadata;
use phonenumber::metadata::DATABASE;

/// Argentina's country code. A mobile has a 9 after the country code, or a 15 after the area code.
const ARGENTINA: u16 = 54;

/// Mexico's country code. A mobile had a 1 after it until 2019.
const MEXICO: u16 = 52;

/// North America's country code, 1, which is its trunk prefix as well.
const NORTH_AMERICA: u16 = 1;

/// The prefixes that Mexico dropped in 2019, which the plans no longer contain.
const MEXICAN_PREFIXES: [&str; 4] = ["044", "045", "01", "1"];

/// The digits of a number without country code in Mexico.
const MEXICAN_DIGITS: usize = 10;

/// The digits of a number without country code in Argentina, without the 9 of mobiles.
const ARGENTINE_DIGITS: usize = 10;

/// The number plan of one country.
#[derive(Clone, Copy)]
pub(crate) struct NumberPlan(&'static Metadata);

/// A number in the form of its country's plan.
pub(crate) struct National {
    /// Its digits, without country code and trunk prefix.
    pub(crate) digits: String,
    /// True if a trunk prefix was removed.
    pub(crate) had_trunk: bool,
}

impl NumberPlan {
    /// Returns the plan of the country that an E.164 number belongs to.
    pub(super) fn of(digits: &str) -> Option<Self> {
        let (code, national) = split_code(digits)?;
        let plans = DATABASE.by_code(&code)?;
        let own = plans.iter().find(|plan| is_of(plan, national)).or(plans.first())?;
        (own.id() != "001").then_some(Self(own))
    }

    /// Returns the plan of a country by its two letters.
    pub(crate) fn by_id(id: &str) -> Option<Self> {
        DATABASE.by_id(id).map(Self)
    }

    /// Returns the country's two letters.
    pub(crate) fn id(self) -> &'static str {
        self.0.id()
    }

    /// Returns the country code.
    pub(crate) fn code(self) -> u16 {
        self.0.country_code()
    }

    /// Answers whether numbers are usually written with a prefix within the country. Digits without it may then be
    /// only the local end of a number.
    pub(crate) fn writes_trunk(self) -> bool {
        self.0.national_prefix().is_some() && self.code() != NORTH_AMERICA
    }

    /// Answers whether all digits of `national` are a number that the country code could have.
    pub(crate) fn has(self, national: &str) -> bool {
        let plans = DATABASE.by_code(&self.code()).unwrap_or_default();
        plans.into_iter().any(|plan| is_of(plan, national))
    }

    /// Returns the numbers that `digits` may mean when dialled within the country. The unchanged digits come first.
    pub(crate) fn nationals(self, digits: &str) -> Vec<National> {
        let mut all = vec![National { digits: digits.to_owned(), had_trunk: false }];
        let literal = self.0.national_prefix().and_then(|prefix| digits.strip_prefix(prefix)).map(str::to_owned);
        let older = self.mexican(digits).or_else(|| self.argentine(digits));
        for stripped in literal.into_iter().chain(self.parsed(digits)).chain(older) {
            if all.iter().all(|national| national.digits != stripped) {
                all.push(National { digits: stripped, had_trunk: true });
            }
        }
        all
    }

    /// Removes the prefixes of the plan's own rule: carriers in Brazil, the 15 in Argentina.
    fn parsed(self, digits: &str) -> Option<String> {
        let prefix = self.0.national_prefix_for_parsing()?;
        let found = prefix.captures(digits)?;
        let whole = found.get(0).filter(|whole| whole.start() == 0 && whole.end() > 0)?;
        let last = found.get(found.len().saturating_sub(1)).filter(|_| found.len() > 1);
        match self.0.national_prefix_transform_rule() {
            Some(rule) if last.is_some() => Some(prefix.replace(digits, rule).into_owned()),
            _ => digits.get(whole.end()..).map(str::to_owned),
        }
    }

    fn mexican(self, digits: &str) -> Option<String> {
        let prefixes = MEXICAN_PREFIXES.iter().filter(|_| self.code() == MEXICO);
        let mut stripped = prefixes.filter_map(|prefix| digits.strip_prefix(prefix));
        stripped.find(|rest| rest.len() == MEXICAN_DIGITS).map(str::to_owned)
    }

    /// Removes the 15 of a mobile number that also has its 9.
    fn argentine(self, digits: &str) -> Option<String> {
        let rest = digits.strip_prefix('9').filter(|rest| self.code() == ARGENTINA && rest.len() > ARGENTINE_DIGITS)?;
        self.parsed(rest)
    }

    /// Returns the local end of a mobile number that is dialled with a 15 within its own area in Argentina.
    pub(crate) fn local(self, digits: &str) -> Option<&str> {
        digits.strip_prefix("15").filter(|_| self.code() == ARGENTINA && digits.len() <= ARGENTINE_DIGITS)
    }

    /// Removes the country's prefix for calls abroad.
    pub(crate) fn abroad(self, digits: &str) -> Option<&str> {
        let prefix = self.0.international_prefix()?.find(digits).filter(|prefix| prefix.start() == 0)?;
        digits.get(prefix.end()..)
    }
}

/// Answers whether `national` is a whole number of one country. Some country codes have several countries.
fn is_of(plan: &Metadata, national: &str) -> bool {
    let leads = |plan: &Metadata| match plan.leading_digits() {
        Some(digits) => digits.find(national).is_some_and(|found| found.start() == 0),
        None => true,
    };
    let kinds = plan.descriptors();
    leads(plan)
        && [
            kinds.fixed_line(),
            kinds.mobile(),
            kinds.toll_free(),
            kinds.premium_rate(),
            kinds.shared_cost(),
            kinds.personal_number(),
            kinds.voip(),
        ]
        .into_iter()
        .flatten()
        .any(|kind| kind.is_match(national))
}

/// Splits an international number after its country code.
fn split_code(digits: &str) -> Option<(u16, &str)> {
    if digits.starts_with('0') {
        return None;
    }
    (1..=3).find_map(|len| {
        let (code, national) = digits.split_at_checked(len)?;
        let code = code.parse().ok()?;
        DATABASE.by_code(&code).is_some().then_some((code, national))
    })
}

/// Returns every E.164 spelling, without plus, of a number written with country code: unchanged, without a trunk
/// prefix after the code, and in the country's other spelling.
pub(crate) fn spellings(digits: &str) -> Vec<String> {
    let mut all = vec![digits.to_owned()];
    let Some((code, national)) = split_code(digits) else { return all };
    let plan = DATABASE.by_code(&code).and_then(|plans| plans.first().copied()).map(NumberPlan);
    let nationals = plan.map(|plan| plan.nationals(national)).unwrap_or_default();
    let bare = national.strip_prefix('0').map(str::to_owned);
    for national in nationals.into_iter().map(|national| national.digits).chain(bare) {
        all.extend(twins(code, &national));
    }
    all
}

/// Returns an international number in each spelling that its country has for it.
pub(crate) fn twins(code: u16, national: &str) -> Vec<String> {
    let (mobile, length) = match code {
        ARGENTINA => ("9", ARGENTINE_DIGITS),
        MEXICO => ("1", MEXICAN_DIGITS),
        _ => return vec![format!("{code}{national}")],
    };
    let other = match national.strip_prefix(mobile) {
        Some(rest) if rest.len() == length => Some(format!("{code}{rest}")),
        _ if national.len() == length => Some(format!("{code}{mobile}{national}")),
        _ => None,
    };
    std::iter::once(format!("{code}{national}")).chain(other).collect()
}
