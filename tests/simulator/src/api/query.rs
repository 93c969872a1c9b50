//! Parsing of query parameters, as lenient as the service's.

use jiff::Timestamp;

use crate::call::Call;

pub(super) fn time(call: &Call, name: &str) -> Result<Option<Timestamp>, String> {
    call.parameter(name)
        .map(|text| {
            text.parse()
                .map_err(|_| format!("{name}: Enter a valid date/time."))
        })
        .transpose()
}

pub(super) fn boolean(call: &Call, name: &str) -> Result<Option<bool>, String> {
    match call.parameter(name) {
        None => Ok(None),
        Some("true" | "True" | "1") => Ok(Some(true)),
        Some("false" | "False" | "0") => Ok(Some(false)),
        Some(_) => Err(format!("{name}: Must be a valid boolean.")),
    }
}
