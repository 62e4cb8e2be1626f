//! What the AWS SDKs expect of whoever answers them.

mod error;

pub(crate) use self::error::{AwsError, with_request_id};
