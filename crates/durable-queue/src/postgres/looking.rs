//! Queries for due and waiting jobs.

pub(super) const NEXT_DUE: &str = "
    SELECT least(
        (SELECT due FROM jobs WHERE queue = $1 AND state = 'live' AND head AND ready
            ORDER BY class, virtual_time, id LIMIT 1),
        (SELECT due FROM jobs WHERE queue = $1 AND state = 'live' AND head AND NOT ready ORDER BY due LIMIT 1)
    )";

/// A claim that only describes has a fence below every possible fence of a job.
pub(super) const OVERDUE: &str = "
    SELECT id, installation, key, -1::bigint, due, attempt, accepted, delay_notified, body, outcome_unknown, request,
        0::bigint
    FROM jobs
    WHERE state = 'live' AND queue = 'work' AND NOT delay_notified AND accepted < $1
    ORDER BY accepted, id LIMIT $2";
