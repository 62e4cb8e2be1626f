//! What the AWS SDKs expect of whoever answers them, and what AWS expects of who calls.

mod credentials;
mod error;
mod sign;
mod signature;

pub(crate) use self::credentials::CredentialsChain;
pub(crate) use self::error::{AwsError, with_request_id};
pub(crate) use self::sign::{Unsigned, sign_post};
pub use self::signature::AccessKey;
pub(crate) use self::signature::{Signed, check as check_signature};
