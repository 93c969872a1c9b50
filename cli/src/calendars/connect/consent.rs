//! A request for a person's consent: the address that the person opens, and the two secrets that
//! tie the answer to it (RFC 6749's `state`, and the verifier of RFC 7636).

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::Url;
use sha2::{Digest as _, Sha256};

use super::provider::Issuer;

/// A request for consent.
pub(super) struct Consent {
    /// The answer has to repeat it.
    pub(super) state: String,
    /// Who exchanges the answer has to know it.
    pub(super) verifier: String,
    /// Where the person is sent back to.
    pub(super) redirect: String,
}

impl Consent {
    /// A request whose answer is expected at `port` of this machine, with secrets made of
    /// 64 random bytes.
    pub(super) fn new(issuer: &Issuer, port: u16, random: [u8; 64]) -> Self {
        let (state, verifier) = random.split_at(32);
        Self {
            state: BASE64_URL_SAFE_NO_PAD.encode(state),
            verifier: BASE64_URL_SAFE_NO_PAD.encode(verifier),
            redirect: format!("http://{}:{port}", issuer.host),
        }
    }

    /// The address at which the person consents.
    pub(super) fn url(&self, issuer: &Issuer, client_id: &str) -> Url {
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier));
        let mut url = issuer.authorize.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", client_id)
            .append_pair("redirect_uri", &self.redirect)
            .append_pair("scope", issuer.scopes)
            .append_pair("state", &self.state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .extend_pairs(issuer.parameters);
        url
    }
}
