//! Those who are told outside: a receiver of webhooks and a mail server, each over real connections, each with moods.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::{PATIENCE, eventually};

/// What a receiver does with the next message.
#[derive(Debug, Clone, PartialEq)]
pub enum Mood {
    Takes,
    Status(u16),
    /// 429 with this in `Retry-After`.
    Later(&'static str),
    /// Sends whoever asks elsewhere.
    Elsewhere(String),
    /// Reads and says nothing.
    Hangs,
    /// Says a byte of its head now and then.
    Drips,
    /// Begins its head and is gone.
    BreaksOff,
    /// Takes it and does not stop talking.
    Talks,
}

/// One message as it came.
#[derive(Debug, Clone)]
pub struct Message {
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Message {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(there, _)| there == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub fn id(&self) -> String {
        self.header("webhook-id").to_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a webhook carries JSON")
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().expect("a type").to_owned()
    }
}

/// A receiver of webhooks.
pub struct Receiver {
    pub url: String,
    heard: Arc<Mutex<Vec<Message>>>,
    mood: Arc<Mutex<Mood>>,
    _serving: Serving,
}

/// Ends what serves when it is let go.
struct Serving(JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Receiver {
    pub async fn open(mood: Mood) -> Self {
        Self::open_at("127.0.0.1:0", mood).await
    }

    /// The same at an address of before.
    pub async fn open_at(address: &str, mood: Mood) -> Self {
        Self::listen(address, mood, None).await
    }

    /// One that speaks TLS, by the name of this machine.
    pub async fn over_tls(tls: TlsAcceptor) -> Self {
        let receiver = Self::listen("127.0.0.1:0", Mood::Takes, Some(tls)).await;
        let url = receiver.url.replace("http://127.0.0.1", "https://localhost");
        Self { url, ..receiver }
    }

    async fn listen(address: &str, mood: Mood, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(address).await.expect("an address");
        let url = format!("http://{}/hooks/vigie?x=1", listener.local_addr().expect("it is bound"));
        let (heard, mood) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(mood)));
        let (hears, moods) = (Arc::clone(&heard), Arc::clone(&mood));
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (hears, moods, tls) = (Arc::clone(&hears), Arc::clone(&moods), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => answer(stream, &hears, &moods).await,
                        Some(tls) => answer(tls.accept(stream).await.ok()?, &hears, &moods).await,
                    }
                });
            }
        });
        Self { url, heard, mood, _serving: Serving(serving) }
    }

    /// Where it can be opened again.
    pub fn address(&self) -> String {
        self.url.trim_start_matches("http://").split('/').next().expect("a host").to_owned()
    }

    pub fn turn(&self, mood: Mood) {
        *self.mood.lock().expect("nobody panicked") = mood;
    }

    pub fn heard(&self) -> Vec<Message> {
        self.heard.lock().expect("nobody panicked").clone()
    }

    /// Waits until it has heard so many messages, repeated ones too.
    pub async fn hears(&self, count: usize) -> Vec<Message> {
        eventually("the receiver hears", async || Some(self.heard()).filter(|heard| heard.len() >= count)).await
    }
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    heard: &Mutex<Vec<Message>>,
    mood: &Mutex<Mood>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut headers = Vec::new();
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let mood = mood.lock().expect("nobody panicked").clone();
    let message = Message { headers, body: String::from_utf8(body).expect("UTF-8") };
    heard.lock().expect("nobody panicked").push(message);
    let head = |status: &str, more: &str| format!("HTTP/1.1 {status}\r\n{more}content-length: 0\r\n\r\n");
    let said = match mood {
        Mood::Takes => head("204 No Content", ""),
        Mood::Status(status) => head(&format!("{status} So"), ""),
        Mood::Later(when) => head("429 Later", &format!("retry-after: {when}\r\n")),
        Mood::Elsewhere(url) => head("307 There", &format!("location: {url}\r\n")),
        Mood::Hangs => {
            // Until the other side gives up.
            let _ = stream.read_u8().await;
            return None;
        }
        Mood::Drips => {
            for byte in b"HTTP/1.1 200 OK\r\nx-slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".iter().cycle() {
                stream.write_all(&[*byte]).await.ok()?;
                let _ = tokio::time::timeout(std::time::Duration::from_millis(50), stream.read_u8()).await;
            }
            return None;
        }
        Mood::BreaksOff => "HTTP/1.1 200 O".to_owned(),
        Mood::Talks => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.ok()?;
            let chunk = format!("{:x}\r\n{}\r\n", 65_536, "a".repeat(65_536));
            // For ever, if it were read: as long as the other side listens.
            loop {
                stream.write_all(chunk.as_bytes()).await.ok()?;
            }
        }
    };
    stream.write_all(said.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

/// What the mail server does with the next letter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MailMood {
    Takes,
    /// Not this mailbox, for good or for now.
    Refuses(u16),
    /// Gone in the middle of the letter.
    BreaksOff,
    /// Greets nobody.
    Hangs,
}

/// A letter as it came.
#[derive(Debug, Clone)]
pub struct Letter {
    pub to: String,
    pub raw: String,
}

impl Letter {
    pub fn header(&self, name: &str) -> String {
        let head = self.raw.split("\r\n\r\n").next().expect("a head").replace("\r\n ", " ");
        let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        decode_words(line.unwrap_or_default())
    }

    pub fn text(&self) -> String {
        let (_, body) = self.raw.split_once("\r\n\r\n").expect("a body");
        match self.header("Content-Transfer-Encoding").as_str() {
            "base64" => {
                let packed: String = body.split_whitespace().collect();
                String::from_utf8(STANDARD.decode(packed).expect("base64")).expect("UTF-8")
            }
            "quoted-printable" => unquote(body),
            _ => body.to_owned(),
        }
    }
}

/// RFC 2047: words in base64.
fn decode_words(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    let mut coded_before = false;
    while let Some((before, coded)) = rest.split_once("=?utf-8?b?") {
        if !(coded_before && before.trim().is_empty()) {
            text.push_str(before);
        }
        let (word, after) = coded.split_once("?=").expect("a word ends");
        text.push_str(&String::from_utf8(STANDARD.decode(word).expect("base64")).expect("UTF-8"));
        (rest, coded_before) = (after, true);
    }
    text + rest
}

fn unquote(body: &str) -> String {
    let body = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'=' && after.len() >= 2 {
            let code = std::str::from_utf8(&after[..2]).expect("ASCII");
            bytes.push(u8::from_str_radix(code, 16).expect("two digits"));
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}

/// A mail server that speaks as much SMTP as takes a letter.
pub struct MailServer {
    pub port: u16,
    letters: Arc<Mutex<Vec<Letter>>>,
    mood: Arc<Mutex<MailMood>>,
    _serving: Serving,
}

impl MailServer {
    pub async fn open(mood: MailMood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("an address");
        let port = listener.local_addr().expect("it is bound").port();
        let (letters, mood) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(mood)));
        let (takes, moods) = (Arc::clone(&letters), Arc::clone(&mood));
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (takes, moods) = (Arc::clone(&takes), Arc::clone(&moods));
                tokio::spawn(async move { take_letter(stream, &takes, &moods).await });
            }
        });
        Self { port, letters, mood, _serving: Serving(serving) }
    }

    pub fn turn(&self, mood: MailMood) {
        *self.mood.lock().expect("nobody panicked") = mood;
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().expect("nobody panicked").clone()
    }

    pub async fn takes(&self, count: usize) -> Vec<Letter> {
        eventually("the mail server takes", async || Some(self.letters()).filter(|letters| letters.len() >= count))
            .await
    }
}

async fn take_letter(stream: TcpStream, letters: &Mutex<Vec<Letter>>, mood: &Mutex<MailMood>) -> Option<()> {
    let mood = *mood.lock().expect("nobody panicked");
    let mut stream = BufReader::new(stream);
    if mood == MailMood::Hangs {
        let _ = tokio::time::timeout(PATIENCE, stream.read_u8()).await;
        return None;
    }
    stream.write_all(b"220 mail.example.org ESMTP\r\n").await.ok()?;
    let mut to = String::new();
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let said = match line.split([' ', ':', '\r']).next().unwrap_or_default() {
            "EHLO" => "250-mail.example.org\r\n250 8BITMIME\r\n".to_owned(),
            "MAIL" => "250 so far\r\n".to_owned(),
            "RCPT" => match mood {
                MailMood::Refuses(code) => format!("{code} not here\r\n"),
                MailMood::Takes | MailMood::BreaksOff | MailMood::Hangs => {
                    line["RCPT TO:<".len()..].split('>').next().expect("a mailbox").clone_into(&mut to);
                    "250 so far\r\n".to_owned()
                }
            },
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                let mut raw = String::new();
                loop {
                    line.clear();
                    stream.read_line(&mut line).await.ok()?;
                    if mood == MailMood::BreaksOff {
                        return None;
                    }
                    if line == ".\r\n" {
                        break;
                    }
                    raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                }
                letters.lock().expect("nobody panicked").push(Letter { to: to.clone(), raw });
                "250 taken\r\n".to_owned()
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await.ok()?;
                return Some(());
            }
            _ => "502 what\r\n".to_owned(),
        };
        stream.write_all(said.as_bytes()).await.ok()?;
    }
}
