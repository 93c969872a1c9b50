//! How calendars write addresses: as they are, in a display form, or encoded.
//!
//! What is taken out of a text is an address or nothing. A text with two addresses, a name
//! without one, and an entry of a directory (`/o=ExchangeLabs/…/cn=jane`) are nothing: to guess
//! there would make a stranger a colleague.

/// The text of the address that is written here; none if it is not one.
pub(super) fn address(written: &str) -> Option<String> {
    let text = without_invisible(written);
    let text = bare(&text)?;
    let (text, is_uri) = without_scheme(text);
    let text = if is_uri {
        decoded_uri(text)
    } else {
        text.to_owned()
    };
    let text = bare(&text)?.to_lowercase();
    if text.starts_with("imcea") {
        return encapsulated(&text);
    }
    Some(guest_of(&text).unwrap_or(text))
}

/// Without characters that show nothing, and with one sign for each way to write an `@`.
fn without_invisible(text: &str) -> String {
    let is_shown = |char: &char| !matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let plain = |char| match char {
        '\u{ff20}' | '\u{fe6b}' => '@',
        '\u{a0}' | '\t' | '\r' | '\n' => ' ',
        char => char,
    };
    text.chars().filter(is_shown).map(plain).collect()
}

/// Without brackets, quotes and punctuation around it, and without a name before it or a
/// comment after it. None if there is more than one address.
fn bare(text: &str) -> Option<&str> {
    let mut text = trimmed(text);
    if let Some((name, rest)) = text.rsplit_once('<') {
        let (inside, after) = rest.split_once('>').unwrap_or((rest, ""));
        if is_address_list(name) || after.contains('@') {
            return None;
        }
        text = trimmed(inside);
    }
    let comment = text.strip_suffix(')').and_then(|text| text.split_once('('));
    if let Some((before, _)) = comment.filter(|(before, _)| !before.is_empty()) {
        text = trimmed(before);
    }
    loop {
        let stripped = unquoted(text);
        if stripped == text {
            return Some(text);
        }
        text = stripped;
    }
}

/// Whether the text before an address in brackets has an address of its own, and not only as a
/// name for the same person.
fn is_address_list(name: &str) -> bool {
    let mut unquoted = name.split('"').step_by(2);
    unquoted.any(|part| part.contains('@') && part.contains([',', ';', '<']))
}

fn trimmed(text: &str) -> &str {
    let text = text.trim_start_matches(|char: char| char.is_whitespace() || ",;".contains(char));
    text.trim_end_matches(|char: char| char.is_whitespace() || ",;:.".contains(char))
}

/// Without one pair of quotes or brackets around it, and without those that have no other half.
fn unquoted(text: &str) -> &str {
    const PAIRS: [(char, char); 9] = [
        ('\'', '\''),
        ('"', '"'),
        ('`', '`'),
        ('‘', '’'),
        ('“', '”'),
        ('„', '“'),
        ('«', '»'),
        ('(', ')'),
        ('[', ']'),
    ];
    let inside = |(open, close)| text.strip_prefix(open)?.strip_suffix(close);
    // The quotes of `"team sales"@acme.example` belong to the address.
    let found = PAIRS.into_iter().find_map(inside);
    let inside = found
        .unwrap_or(text)
        .trim_end_matches(|char| ">)]}'\"!?".contains(char));
    let is_quoted_name = inside.contains("\"@");
    let opening = |char| !is_quoted_name && "<([{'\"".contains(char);
    trimmed(inside.trim_start_matches(opening))
}

/// Without the scheme of an address, and whether it is the scheme of a link.
fn without_scheme(text: &str) -> (&str, bool) {
    const SCHEMES: [(&str, bool); 3] = [("smtp:", false), ("mailto:", true), ("email:", false)];
    for (scheme, is_uri) in SCHEMES {
        if let Some(head) = text.get(..scheme.len())
            && head.eq_ignore_ascii_case(scheme)
        {
            let (rest, is_inner_uri) = without_scheme(text[scheme.len()..].trim());
            return (rest, is_uri || is_inner_uri);
        }
    }
    (text, false)
}

/// The address in a `mailto:` link: without its subject, and with `%40` decoded.
fn decoded_uri(text: &str) -> String {
    let text = text.split('?').next().unwrap_or_default();
    decoded(text, '%')
}

/// With each `mark` and two hexadecimal digits replaced by the byte that they stand for.
fn decoded(text: &str, mark: char) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split(mark);
    bytes.extend(parts.next().unwrap_or_default().bytes());
    let mark = mark.to_string();
    for part in parts {
        let byte = part
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend(part[2..].bytes());
            }
            None => bytes.extend(mark.bytes().chain(part.bytes())),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The address that Exchange put into another of its own domain (`IMCEASMTP-…@…`). An entry
/// of a directory that it encodes in the same way is no address.
fn encapsulated(text: &str) -> Option<String> {
    let (name, _) = text.rsplit_once('@')?;
    match name.strip_prefix("imceasmtp-") {
        Some(encoded) => Some(decoded(encoded, '+').to_lowercase()),
        None => name.split_once('-').is_none().then(|| text.to_owned()),
    }
}

/// The address of a guest in a directory of Microsoft: `jane_globex.example#EXT#@…` is
/// `jane@globex.example`.
fn guest_of(text: &str) -> Option<String> {
    let (guest, _) = text.split_once("#ext#")?;
    let (name, domain) = guest.rsplit_once('_').unwrap_or(("", guest));
    Some(format!("{name}@{domain}"))
}
