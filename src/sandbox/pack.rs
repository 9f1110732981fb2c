//! Answers in a gzip wrapper, for clients that say they take it. At the fastest level: what a client saves on the
//! line must not be spent on packing.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::envelope::Answer;

/// Smaller answers fit in one packet anyway.
const WORTH_IT: usize = 1400;

/// Whether an Accept-Encoding header lets us pack: gzip, or anything, with a weight above nothing.
pub(super) fn is_accepted(header: &str) -> bool {
    let weight = |name: &str| -> Option<bool> {
        header.split(',').find_map(|part| {
            let (coding, params) = part.split_once(';').unwrap_or((part, ""));
            let coding = coding.trim();
            if !coding.eq_ignore_ascii_case(name) {
                return None;
            }
            let weight = params.split(';').find_map(|param| param.trim().strip_prefix("q="));
            Some(weight.is_none_or(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight > 0.0)))
        })
    };
    weight("gzip").or_else(|| weight("x-gzip")).or_else(|| weight("*")).unwrap_or(false)
}

/// The same answer packed, where that is worth it.
pub(super) fn packed(answer: Answer) -> Answer {
    if answer.body.len() < WORTH_IT || answer.packed {
        return answer;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(answer.body.len() / 4), Compression::fast());
    match encoder.write_all(&answer.body).and_then(|()| encoder.finish()) {
        Ok(body) => Answer { body, packed: true, ..answer },
        Err(error) => {
            tracing::warn!(%error, "an answer could not be packed");
            answer
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn headers_are_read_as_they_are_meant() {
        for header in ["gzip", "deflate, GZIP", "gzip;q=0.5", "br;q=1.0, *;q=0.1", "identity;q=0, gzip ; q=1"]
        {
            assert!(is_accepted(header), "{header}");
        }
        for header in ["", "identity", "gzip;q=0", "gzip;q=0.000, *", "br", "*;q=0", "gzippy"] {
            assert!(!is_accepted(header), "{header}");
        }
    }

    #[test]
    fn packing_keeps_every_byte_and_leaves_small_answers_alone() {
        let body: Vec<u8> = (0..40_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        let answer = Answer { status: 200, body, packed: false };
        let small = Answer { body: b"{}".to_vec(), ..answer.clone() };
        assert_eq!(packed(small.clone()), small);
        let sent = packed(answer.clone());
        assert!(sent.packed && sent.body.len() < answer.body.len());
        let mut read = Vec::new();
        flate2::read::GzDecoder::new(sent.body.as_slice()).read_to_end(&mut read).unwrap();
        assert_eq!(read, answer.body);
    }
}
