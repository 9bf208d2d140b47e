//! A number for the name of a partition or of a flow.

/// Returns the FNV-1a hash: small, even enough, and the same in every version.
pub(crate) fn hash(installation: &str, queue: &str, key: &str) -> u64 {
    let bytes = [installation, queue, key].into_iter().flat_map(|part| part.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
