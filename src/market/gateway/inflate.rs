//! Reading an answer's body without believing its sender: however large it is, and however much larger it
//! becomes when inflated, no more than the cap is ever held.

use std::io::{self, Write};

use flate2::write::{DeflateDecoder, GzDecoder, ZlibDecoder};

/// Room that is made on the word of a sender.
const MOST_ROOM: usize = 8 << 20;

/// Why a body cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyFault {
    /// More bytes (after inflating) than the cap.
    TooLarge,
    /// Packed in a way we did not ask for and do not read, or not packed as it says.
    Encoding,
}

/// Collects a body piece by piece.
pub(super) struct Collector(Form);

enum Form {
    Plain(Capped),
    Gzip(Box<GzDecoder<Capped>>),
    /// HTTP's "deflate" is zlib; some servers send the bare stream.
    Zlib(Box<ZlibDecoder<Capped>>),
    Deflate(Box<DeflateDecoder<Capped>>),
    /// `deflate` whose first byte has not come yet.
    Undecided(Capped),
}

impl Collector {
    /// `encoding`: the Content-Encoding header, empty when there is none.
    pub fn new(encoding: &str, cap: usize) -> Result<Self, BodyFault> {
        let sink = Capped { bytes: Vec::new(), cap, over: false };
        match encoding.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Collector(Form::Plain(sink))),
            "gzip" | "x-gzip" => Ok(Collector(Form::Gzip(Box::new(GzDecoder::new(sink))))),
            "deflate" => Ok(Collector(Form::Undecided(sink))),
            _ => Err(BodyFault::Encoding),
        }
    }

    /// Makes room for as many bytes as the sender says there are, so that a large body is not moved about while it
    /// grows; a sender who lies about them gains [`MOST_ROOM`].
    pub fn expect(&mut self, length: Option<usize>) {
        if let (Form::Plain(sink), Some(length)) = (&mut self.0, length) {
            sink.bytes.reserve(length.min(sink.cap).min(MOST_ROOM));
        }
    }

    /// Adds a piece.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), BodyFault> {
        let Some(first) = piece.first() else { return Ok(()) };
        if let Form::Undecided(sink) = &mut self.0 {
            let sink = sink.take();
            // A zlib stream begins with method 8; a bare one cannot, for that would be a stored block with a
            // window nobody uses.
            self.0 = if first & 0x0f == 8 {
                Form::Zlib(Box::new(ZlibDecoder::new(sink)))
            } else {
                Form::Deflate(Box::new(DeflateDecoder::new(sink)))
            };
        }
        let (written, over) = match &mut self.0 {
            Form::Plain(sink) | Form::Undecided(sink) => (sink.write_all(piece), sink.over),
            Form::Gzip(decoder) => (decoder.write_all(piece), decoder.get_ref().over),
            Form::Zlib(decoder) => (decoder.write_all(piece), decoder.get_ref().over),
            Form::Deflate(decoder) => (decoder.write_all(piece), decoder.get_ref().over),
        };
        match written {
            Ok(()) => Ok(()),
            Err(_) if over => Err(BodyFault::TooLarge),
            Err(_) => Err(BodyFault::Encoding),
        }
    }

    /// The whole body, checksums of packed ones verified.
    pub fn finish(self) -> Result<Vec<u8>, BodyFault> {
        let finished = match self.0 {
            Form::Plain(sink) | Form::Undecided(sink) => return Ok(sink.bytes),
            Form::Gzip(mut decoder) => {
                let flushed = decoder.try_finish();
                (flushed, decoder.get_mut().take())
            }
            Form::Zlib(mut decoder) => {
                let flushed = decoder.try_finish();
                (flushed, decoder.get_mut().take())
            }
            Form::Deflate(mut decoder) => {
                let flushed = decoder.try_finish();
                (flushed, decoder.get_mut().take())
            }
        };
        match finished {
            (_, sink) if sink.over => Err(BodyFault::TooLarge),
            (Ok(()), sink) => Ok(sink.bytes),
            (Err(_), _) => Err(BodyFault::Encoding),
        }
    }
}

/// A buffer that refuses to grow past its cap.
struct Capped {
    bytes: Vec<u8>,
    cap: usize,
    over: bool,
}

impl Capped {
    fn take(&mut self) -> Capped {
        Capped { bytes: std::mem::take(&mut self.bytes), cap: self.cap, over: self.over }
    }
}

impl Write for Capped {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if piece.len() > self.cap.saturating_sub(self.bytes.len()) {
            self.over = true;
            return Err(io::Error::other("body over the cap"));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    fn read(encoding: &str, cap: usize, body: &[u8]) -> Result<Vec<u8>, BodyFault> {
        let mut collector = Collector::new(encoding, cap)?;
        for piece in body.chunks(7) {
            collector.push(piece)?;
        }
        collector.finish()
    }

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_packing_is_read_back() {
        let body = r#"{"subject":"保温杯"}"#.repeat(40).into_bytes();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(&body).unwrap();
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
        bare.write_all(&body).unwrap();
        assert_eq!(read("", 4096, &body).unwrap(), body);
        assert_eq!(read("GZIP", 4096, &gzip(&body)).unwrap(), body);
        assert_eq!(read("deflate", 4096, &zlib.finish().unwrap()).unwrap(), body);
        assert_eq!(read("deflate", 4096, &bare.finish().unwrap()).unwrap(), body);
    }

    #[test]
    fn a_bomb_ends_at_the_cap() {
        let bomb = gzip(&vec![b' '; 8 * 1024 * 1024]);
        assert!(bomb.len() < 256 * 1024);
        assert_eq!(read("gzip", 1024 * 1024, &bomb), Err(BodyFault::TooLarge));
        assert_eq!(read("", 10, b"01234567890"), Err(BodyFault::TooLarge));
        assert_eq!(read("", 10, b"0123456789").unwrap().len(), 10);
    }

    #[test]
    fn what_is_not_packed_as_it_says_is_refused() {
        let mut torn = gzip(b"{\"success\":true}");
        torn.truncate(torn.len() - 6);
        assert_eq!(read("gzip", 100, &torn), Err(BodyFault::Encoding));
        assert_eq!(read("gzip", 100, b"{\"success\":true}"), Err(BodyFault::Encoding));
        assert_eq!(read("br", 100, b"x"), Err(BodyFault::Encoding));
        assert_eq!(read("gzip, gzip", 100, b"x"), Err(BodyFault::Encoding));
    }
}
