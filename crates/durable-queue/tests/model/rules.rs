//! The protocol's rules as data. The model obeys those that are switched on. The explorer finds a violation for each
//! one that is switched off, which proves that it can.

/// Names the rules with their texts.
macro_rules! rules {
    ($($name:ident: $says:literal,)+) => {
        /// A rule of the protocol.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Rule { $($name),+ }

        impl Rule {
            pub(crate) const ALL: &[Self] = &[$(Self::$name),+];

            pub(crate) fn says(self) -> &'static str {
                match self { $(Self::$name => $says),+ }
            }
        }
    };
}

rules! {
    AcceptKnowsDeliveries: "a delivery that was accepted is not accepted again",
    AcceptIsAtomic: "a delivery is stored together with its jobs",
    JoinLooksWhoIsThere: "who joins a line in which somebody is, is not its head",
    JoinHonoursBehind: "a job that wants to be behind another joins its line",
    BehindNeedsSomebody: "behind nobody, a job keeps its own line",
    IdsAreNew: "a later job never has the id of an earlier one",
    ClaimTakesHeads: "only the head of a line is claimed",
    ClaimWaitsUntilDue: "a job is not claimed before it is due",
    ClaimRespectsLeases: "a job is not claimed while its lease holds",
    ClaimMovesTheFence: "every claim has a fence of its own",
    ClaimTakesALease: "a claim holds until the end of its lease",
    ClaimCounts: "attempts are counted",
    ClaimDoubtsWhatWasInFlight: "who takes over from somebody is unsure",
    ClaimPrefersPeople: "people are served before machines",
    EndedLeasesAreDue: "a job whose lease has ended is due again",
    RenewChecksTheFence: "a claim that was taken over is not renewed",
    RenewMovesTheLease: "a renewed claim holds until the new end",
    SettleChecksTheFence: "a settlement with an old fence is void",
    SettleNeedsALivingJob: "what is finished is not settled again",
    SettleIsAtomic: "a verdict is stored together with what follows from it",
    DoneFreesTheNext: "who is done leaves the line to the next",
    DeadFreesTheNext: "who is given up leaves the line to the next",
    ContinueMovesTheLease: "a step that is done prolongs the lease",
    ContinueEndsDoubt: "nobody has tried the next step",
    RetryKeepsItsPlace: "a job that is tried again keeps its place",
    RetryWaits: "a job that is tried again is not due before its time",
    RetryMovesTheFence: "who gave a job back no longer holds it",
    RetryEndsTheFlight: "nobody works on a job that was given back",
    RetryKeepsItsDoubt: "a try that may have had its effect leaves the job unsure",
    RetryKeepsEarlierDoubt: "a try that surely had none takes nothing back of an earlier one's",
    FoldReplaces: "a waiting update is replaced by a later one",
    FoldSparesWhatIsInFlight: "what is being worked on is not replaced",
    FoldReplacesTheLatest: "of several that wait the latest is replaced",
    TellOnce: "who was told is not told again",
    TellLooksWhetherItWaits: "nobody is told that a finished job waits",
    ToldIsInherited: "what a job leaves behind was told if the job was",
    PassingFills: "who passes a bucket fills it",
    AppointmentsAreKept: "who has an appointment passes at its time",
    AppointmentsStand: "who has an appointment is not due before it, whatever becomes of an earlier claim",
    ClosedIsClosed: "nobody passes a closed bucket",
    ClosedHoldsUpAppointments: "not even with an appointment",
    LaterClosingHolds: "of two closings the later one holds",
    LeadersAreAlone: "nobody is made leader while another leads",
    LeadersGoOn: "who leads may go on",
    LeadEndsInTime: "whose time is over leads no longer",
    UnsureLooksFirst: "who is unsure looks before it writes",
    WriteNeedsTheLease: "nobody writes whose lease may end before the call does",
    WhoLostTheJobStops: "who finds that the job is somebody else's writes nothing",
    WhoGivesUpIsUnsure: "a call that was given up may have happened",
    WhatIsFoundIsBroughtUpToDate: "an update that is found may show what was replaced since",
}

/// The set of rules that are switched on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules(u64);

impl Rules {
    /// All rules switched on.
    pub(crate) const ALL: Self = Self(u64::MAX);

    pub(crate) fn without(self, rule: Rule) -> Self {
        Self(self.0 & !(1 << rule as u64))
    }

    pub(crate) fn has(self, rule: Rule) -> bool {
        self.0 >> rule as u64 & 1 == 1
    }
}
