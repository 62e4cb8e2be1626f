//! What the AWS SDKs expect of whoever answers them.

mod error;
mod signature;

pub(crate) use self::error::{AwsError, with_request_id};
pub use self::signature::AccessKey;
pub(crate) use self::signature::{Signed, check as check_signature};
