//! The hybrid key type of age, `mlkem768x25519`: whoever wants in has to break ML-KEM-768 **and** X25519.
//!
//! From c2sp.org/age and the drafts that it names: the file key is sealed by HPKE (RFC 9180, base mode,
//! HKDF-SHA-256, ChaCha20-Poly1305) over the KEM MLKEM768-X25519, also known as X-Wing. Only how the two
//! keys of that KEM are expanded and combined stands here; ML-KEM, X25519, SHA-3 and HPKE are libraries'.

use age::DecryptError;
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::primitives::{hpke_open, hpke_seal};
use age_core::secrecy::ExposeSecret;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use hpke::generic_array::typenum::{Sum, U32, Unsigned};
use hpke::kem::SharedSecret;
use hpke::{Deserializable, HpkeError, Kem as _, Serializable};
use ml_kem::kem::{Decapsulate, Encapsulate};
use ml_kem::{Ciphertext, EncodedSizeUser, KemCore, MlKem768};
use rand::rngs::OsRng;
use rand::{CryptoRng, RngCore};
use sha3::digest::{ExtendableOutput, FixedOutput, Update, XofReader};
use sha3::{Sha3_256, Shake256};
use x25519_dalek::{PublicKey as X25519Public, StaticSecret};
use zeroize::Zeroizing;

type MlKemSecret = <MlKem768 as KemCore>::DecapsulationKey;
type MlKemPublic = <MlKem768 as KemCore>::EncapsulationKey;
type MlKemPublicSize = <MlKemPublic as EncodedSizeUser>::EncodedSize;
type MlKemCiphertextSize = <MlKem768 as KemCore>::CiphertextSize;

/// Bytes of a public key: ML-KEM's, then X25519's.
pub(super) const PUBLIC_BYTES: usize = <Sum<MlKemPublicSize, U32> as Unsigned>::USIZE;

/// Bytes of the X25519 half, the last of the public key.
pub(super) const X25519_BYTES: usize = 32;

/// The first word of a stanza.
pub(super) const TAG: &str = "mlkem768x25519";

const INFO: &[u8] = b"age-encryption.org/mlkem768x25519";

/// What the combiner is told which KEM it is of.
const LABEL: &[u8] = br"\.//^\";

/// A file key and the tag of its encryption.
const BODY_BYTES: usize = FILE_KEY_BYTES + 16;

/// Whether bytes are a public key as it is written: ML-KEM's half has no second encoding.
pub(super) fn is_public_key(bytes: &[u8; PUBLIC_BYTES]) -> bool {
    Public::from_bytes(bytes).is_ok_and(|key| *key.to_bytes() == *bytes)
}

/// The public key of a seed.
pub(super) fn public_key(seed: &[u8; 32]) -> Box<[u8; PUBLIC_BYTES]> {
    let mut bytes = Box::new([0; PUBLIC_BYTES]);
    Mlkem768X25519::sk_to_pk(&Secret(Zeroizing::new(*seed))).write_exact(&mut *bytes);
    bytes
}

/// The X25519 half of the secret key of a seed.
pub(super) fn x25519_half(seed: &[u8; 32]) -> StaticSecret {
    let [_, _, x25519] = expand(seed);
    StaticSecret::from(*x25519)
}

/// Seals a file key to a public key.
pub(super) fn wrap(public: &[u8; PUBLIC_BYTES], file_key: &FileKey) -> Stanza {
    let public = Public::from_bytes(public).expect("its length is that of its type");
    let (sent, body) =
        hpke_seal::<Mlkem768X25519, _>(&public, INFO, file_key.expose_secret(), &mut OsRng);
    Stanza {
        tag: TAG.to_owned(),
        args: vec![BASE64_STANDARD_NO_PAD.encode(sent.to_bytes())],
        body,
    }
}

/// Opens a stanza with the secret of a seed; nothing where it is of another kind or for another key.
pub(super) fn unwrap(seed: &[u8; 32], stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
    if stanza.tag != TAG {
        return None;
    }
    let Some(sent) = sent(stanza) else {
        return Some(Err(DecryptError::InvalidHeader));
    };
    let secret = Secret(Zeroizing::new(*seed));
    match hpke_open::<Mlkem768X25519>(&sent, &secret, INFO, &stanza.body) {
        Ok(file_key) => Some(file_key_of(&Zeroizing::new(file_key))),
        // The sender's X25519 key is of low order: nobody who means well makes one.
        Err(HpkeError::DecapError) => Some(Err(DecryptError::InvalidHeader)),
        Err(_) => None,
    }
}

fn file_key_of(bytes: &[u8]) -> Result<FileKey, DecryptError> {
    let bytes: &[u8; FILE_KEY_BYTES] = bytes.try_into().map_err(|_| DecryptError::InvalidHeader)?;
    Ok(FileKey::init_with_mut(|key| key.copy_from_slice(bytes)))
}

/// What the sender sent along, of a stanza of the one form that there is.
fn sent(stanza: &Stanza) -> Option<Sent> {
    let [argument] = stanza.args.as_slice() else {
        return None;
    };
    // A body of another length could be made to open for several keys.
    let bytes = BASE64_STANDARD_NO_PAD.decode(argument).ok()?;
    let sent = Sent::from_bytes(&bytes).ok()?;
    (stanza.body.len() == BODY_BYTES).then_some(sent)
}

/// What a seed is expanded to: two secrets of ML-KEM, then that of X25519.
fn expand(seed: &[u8; 32]) -> [Zeroizing<[u8; 32]>; 3] {
    let mut stream = Shake256::default().chain(seed).finalize_xof();
    std::array::from_fn(|_| {
        let mut bytes = Zeroizing::new([0; 32]);
        stream.read(&mut *bytes);
        bytes
    })
}

/// The two secret keys that a seed stands for.
fn secret_keys(seed: &[u8; 32]) -> (MlKemSecret, StaticSecret) {
    let [d, z, x25519] = expand(seed);
    let (ml_kem, _) = MlKem768::generate_deterministic(&(*d).into(), &(*z).into());
    (ml_kem, StaticSecret::from(*x25519))
}

/// The shared secret of both.
fn combine(
    ml_kem: &[u8],
    x25519: &[u8; 32],
    sent: &X25519Public,
    public: &X25519Public,
) -> SharedSecret<Mlkem768X25519> {
    let hash = Sha3_256::default()
        .chain(ml_kem)
        .chain(x25519)
        .chain(sent.as_bytes())
        .chain(public.as_bytes())
        .chain(LABEL);
    SharedSecret(hash.finalize_fixed())
}

/// The seed of a secret key. Wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
struct Secret(Zeroizing<[u8; 32]>);

/// A public key.
#[derive(Debug, Clone, PartialEq)]
struct Public {
    ml_kem: MlKemPublic,
    x25519: X25519Public,
}

impl Eq for Public {}

/// What a sender sends along: a ciphertext of ML-KEM and an ephemeral key of X25519.
#[derive(Clone)]
struct Sent {
    ml_kem: Ciphertext<MlKem768>,
    x25519: X25519Public,
}

impl Serializable for Secret {
    type OutputSize = U32;

    fn write_exact(&self, out: &mut [u8]) {
        out.copy_from_slice(&*self.0);
    }
}

impl Deserializable for Secret {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let seed = bytes.try_into().map_err(|_| HpkeError::ValidationError)?;
        Ok(Self(Zeroizing::new(seed)))
    }
}

impl Serializable for Public {
    type OutputSize = Sum<MlKemPublicSize, U32>;

    fn write_exact(&self, out: &mut [u8]) {
        let (ml_kem, x25519) = out.split_at_mut(MlKemPublicSize::USIZE);
        ml_kem.copy_from_slice(&self.ml_kem.as_bytes());
        x25519.copy_from_slice(self.x25519.as_bytes());
    }
}

impl Deserializable for Public {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let (ml_kem, x25519) = halves(bytes)?;
        Ok(Self {
            ml_kem: MlKemPublic::from_bytes(&ml_kem),
            x25519,
        })
    }
}

impl Serializable for Sent {
    type OutputSize = Sum<MlKemCiphertextSize, U32>;

    fn write_exact(&self, out: &mut [u8]) {
        let (ml_kem, x25519) = out.split_at_mut(MlKemCiphertextSize::USIZE);
        ml_kem.copy_from_slice(&self.ml_kem);
        x25519.copy_from_slice(self.x25519.as_bytes());
    }
}

impl Deserializable for Sent {
    fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeError> {
        let (ml_kem, x25519) = halves(bytes)?;
        Ok(Self { ml_kem, x25519 })
    }
}

/// Bytes of ML-KEM, then an X25519 public key.
fn halves<T: for<'b> TryFrom<&'b [u8]>>(bytes: &[u8]) -> Result<(T, X25519Public), HpkeError> {
    let (ml_kem, x25519) = bytes
        .split_last_chunk::<X25519_BYTES>()
        .ok_or(HpkeError::ValidationError)?;
    let ml_kem = T::try_from(ml_kem).map_err(|_| HpkeError::ValidationError)?;
    Ok((ml_kem, X25519Public::from(*x25519)))
}

/// The KEM. Only its base mode is used, in which nobody vouches for the sender.
struct Mlkem768X25519;

impl hpke::Kem for Mlkem768X25519 {
    type PublicKey = Public;
    type PrivateKey = Secret;
    type EncappedKey = Sent;
    type NSecret = U32;
    const KEM_ID: u16 = 0x647a;

    fn sk_to_pk(secret: &Secret) -> Public {
        let (ml_kem, x25519) = secret_keys(&secret.0);
        Public {
            ml_kem: ml_kem.encapsulation_key().clone(),
            x25519: X25519Public::from(&x25519),
        }
    }

    fn derive_keypair(seed: &[u8]) -> (Secret, Public) {
        let secret = Secret::from_bytes(seed).expect("keys of age are their seeds, of 32 bytes");
        let public = Self::sk_to_pk(&secret);
        (secret, public)
    }

    fn encap<R: CryptoRng + RngCore>(
        to: &Public,
        sender: Option<(&Secret, &Public)>,
        random: &mut R,
    ) -> Result<(SharedSecret<Self>, Sent), HpkeError> {
        if sender.is_some() {
            return Err(HpkeError::EncapError);
        }
        let (ml_kem, of_ml_kem) =
            (to.ml_kem.encapsulate(random)).map_err(|()| HpkeError::EncapError)?;
        let ephemeral = StaticSecret::random_from_rng(random);
        let x25519 = X25519Public::from(&ephemeral);
        let of_x25519 = ephemeral.diffie_hellman(&to.x25519);
        let shared = combine(&of_ml_kem, of_x25519.as_bytes(), &x25519, &to.x25519);
        Ok((shared, Sent { ml_kem, x25519 }))
    }

    fn decap(
        secret: &Secret,
        sender: Option<&Public>,
        sent: &Sent,
    ) -> Result<SharedSecret<Self>, HpkeError> {
        let (ml_kem, x25519) = secret_keys(&secret.0);
        let of_x25519 = x25519.diffie_hellman(&sent.x25519);
        if sender.is_some() || !of_x25519.was_contributory() {
            return Err(HpkeError::DecapError);
        }
        let of_ml_kem = (ml_kem.decapsulate(&sent.ml_kem)).map_err(|()| HpkeError::DecapError)?;
        let public = X25519Public::from(&x25519);
        Ok(combine(
            &of_ml_kem,
            of_x25519.as_bytes(),
            &sent.x25519,
            &public,
        ))
    }
}
