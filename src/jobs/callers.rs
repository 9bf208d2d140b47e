//! The service that each running job of this process is calling, so that the notice about a delay can name the slow
//! one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::core::error::Service;
use crate::core::ids::JobId;
use crate::platform::transport::Calling;

/// The running jobs of this process.
#[derive(Clone, Debug, Default)]
pub struct Callers(Arc<Mutex<HashMap<JobId, Calling>>>);

/// One running job, removed from the running jobs when this is dropped.
#[derive(Debug)]
pub struct Caller {
    callers: Callers,
    id: JobId,
    pub(crate) calling: Calling,
}

impl Callers {
    /// Registers a job as running until the returned value is dropped.
    pub fn begin(&self, id: JobId) -> Caller {
        let calling = Calling::default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, calling.clone());
        Caller { callers: self.clone(), id, calling }
    }

    /// Returns the service that a job is calling, if it calls one.
    pub(crate) fn service(&self, id: JobId) -> Option<Service> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id)?.service()
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.callers.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}
