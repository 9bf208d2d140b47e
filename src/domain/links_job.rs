//! Links that a person posted, as a job.

use serde::{Deserialize, Serialize};

use crate::ids::{ChannelId, MessageTs, SlackUserId};
