//! The wire of one wall: WebSocket (RFC 6455) as far as a reader of Vigie needs it, and no further.
//!
//! The server sends whole, unmasked text frames and closes; anything else is a fault. Nothing is sent
//! after the handshake.

use std::net::SocketAddr;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;

use crate::Outcome;

/// Bytes read at once.
const READ_BYTES: usize = 64 << 10;
/// Largest frame that is believed, and largest answer to the handshake.
const FRAME_BYTES_MAX: usize = 16 << 20;
const ANSWER_BYTES_MAX: usize = 16 << 10;
/// First byte of a whole text frame, and of a close.
const TEXT: u8 = 0x81;
const CLOSE: u8 = 0x88;

/// An open socket with the bytes of a frame that has not come whole.
pub struct Wire {
    stream: TcpStream,
    rest: Vec<u8>,
}

impl Wire {
    /// Connects and shakes hands.
    pub async fn open(address: SocketAddr, path: &str, token: &str) -> Outcome<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHdhbGxzIGxpc3Rlbg==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        let end = loop {
            if let Some(at) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at + 4;
            }
            if answer.len() > ANSWER_BYTES_MAX || stream.read_buf(&mut answer).await? == 0 {
                return Err("the answer to the handshake does not end".into());
            }
        };
        if !answer.starts_with(b"HTTP/1.1 101 ") {
            let status = String::from_utf8_lossy(&answer[..end]);
            return Err(format!("a wall was refused: {}", status.lines().next().unwrap_or_default()).into());
        }
        Ok(Self { stream, rest: answer.split_off(end) })
    }

    /// Hands over every frame that comes, until nothing more is there. `shared` serves all wires of a
    /// thread, so that what is read stays in the processor's cache.
    pub fn poll_frames(
        &mut self,
        context: &mut Context<'_>,
        shared: &mut Vec<u8>,
        mut take: impl FnMut(&[u8]) -> Outcome<()>,
    ) -> Poll<Outcome<()>> {
        loop {
            let kept = self.rest.len();
            if shared.len() < kept + READ_BYTES {
                shared.resize(kept + READ_BYTES, 0);
            }
            shared[..kept].copy_from_slice(&self.rest);
            let mut free = ReadBuf::new(&mut shared[kept..]);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut free))?;
            let came = free.filled().len();
            if came == 0 {
                return Poll::Ready(Err("the server hung up".into()));
            }
            let mut bytes = &shared[..kept + came];
            while let Some(text) = whole_frame(bytes)? {
                let end = text.end;
                take(&bytes[text])?;
                bytes = &bytes[end..];
            }
            self.rest.clear();
            self.rest.extend_from_slice(bytes);
        }
    }
}

/// Where the text of the first frame is, if it has come whole.
fn whole_frame(bytes: &[u8]) -> Outcome<Option<Range<usize>>> {
    let [first, length, ..] = bytes else { return Ok(None) };
    let (head, length) = match length {
        126 => match bytes.get(2..4).and_then(|size| size.try_into().ok()) {
            Some(size) => (4, usize::from(u16::from_be_bytes(size))),
            None => return Ok(None),
        },
        127 => match bytes.get(2..10).and_then(|size| size.try_into().ok()) {
            Some(size) => (10, usize::try_from(u64::from_be_bytes(size))?),
            None => return Ok(None),
        },
        short => (2, usize::from(*short)),
    };
    if length > FRAME_BYTES_MAX || ![TEXT, CLOSE].contains(first) {
        return Err(format!("a frame begins with {first:#04x} and has {length} bytes").into());
    }
    let text = head..head + length;
    let Some(payload) = bytes.get(text.clone()) else { return Ok(None) };
    match *first {
        TEXT => Ok(Some(text)),
        _ => {
            let code = payload.get(..2).map(|code| u16::from_be_bytes([code[0], code[1]]));
            Err(format!("the server closed the socket: {code:?}").into())
        }
    }
}
