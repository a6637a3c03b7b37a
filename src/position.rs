//! Positions as clients hold them: one block of AES-128 over epoch and sequence.
//!
//! The same position is always the same word, and the word tells nothing else: nobody can count what
//! is hidden from them between two words. A word that was not made here opens to a foreign epoch.

use aes::Aes128;
use aes::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::ids::{Epoch, Position, Seq};

/// Seals and opens positions with the key of the journal.
#[derive(Clone)]
pub struct PositionSeal(Aes128);

impl PositionSeal {
    /// A seal with the key that the journal keeps.
    pub fn new(key: [u8; 16]) -> Self {
        Self(Aes128::new(&key.into()))
    }

    /// The word for a position.
    pub fn seal(&self, position: Position) -> String {
        let mut block: Block<Aes128> = Block::<Aes128>::default();
        block[..8].copy_from_slice(&position.epoch.0.to_be_bytes());
        block[8..].copy_from_slice(&position.seq.0.to_be_bytes());
        self.0.encrypt_block(&mut block);
        URL_SAFE_NO_PAD.encode(block)
    }

    /// The position of a word; `None` if it cannot be one at all.
    pub fn open(&self, word: &str) -> Option<Position> {
        let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(word).ok()?.try_into().ok()?;
        let mut block = Block::<Aes128>::from(bytes);
        self.0.decrypt_block(&mut block);
        let half = |at: usize| u64::from_be_bytes(std::array::from_fn(|i| block[at + i]));
        Some(Position { epoch: Epoch(half(0)), seq: Seq(half(8)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_opens_to_its_position_and_another_key_opens_it_to_nothing_known() {
        let seal = PositionSeal::new([7; 16]);
        let position = Position { epoch: Epoch(42), seq: Seq(9) };
        let word = seal.seal(position);
        assert_eq!(seal.seal(position), word, "clients compare words");
        assert_eq!(seal.open(&word), Some(position));
        assert_ne!(PositionSeal::new([8; 16]).open(&word), Some(position));
        assert_eq!(seal.open("9"), None);
        let next = seal.seal(Position { epoch: Epoch(42), seq: Seq(10) });
        assert_ne!(word[..8], next[..8], "neighbours share no visible part");
    }
}
