//! The golden files of `fixtures`, read and written back.
