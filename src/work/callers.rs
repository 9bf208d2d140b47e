//! The service that each job of this process calls just now: the notice to the person who waits names
//! it when it is slow.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Service;
use crate::ids::JobId;
use crate::transport::Calling;

/// The jobs of this process that are worked on.
#[derive(Clone, Debug, Default)]
pub struct Callers(Arc<Mutex<HashMap<JobId, Calling>>>);

/// The work on one of them.
#[derive(Debug)]
pub(crate) struct Caller {
    callers: Callers,
    id: JobId,
    pub(crate) calling: Calling,
}

impl Callers {
    /// A job is worked on from now on, until what this answers is dropped.
    pub(crate) fn begin(&self, id: JobId) -> Caller {
        let calling = Calling::default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, calling.clone());
        Caller { callers: self.clone(), id, calling }
    }

    /// The service that a job calls just now, if it calls one.
    pub(crate) fn service(&self, id: JobId) -> Option<Service> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id)?.service()
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.callers.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}
