//! SM2 signatures alone: the national example (GM/T 0003.5, annex A), a real certificate's signature, and what the
//! standard refuses. The values are the standard's and the certificate's, not computed here.

use serde::{Deserialize, Serialize};

use super::scan::About;

const NATIONAL_X: &str = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020";
const NATIONAL_Y: &str = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
const NATIONAL_R: &str = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3";
const NATIONAL_S: &str = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
const ORDER: &str = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";
const ZERO: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// n - r of the national example: with it, r + s = 0.
const ORDER_LESS_R: &str = "0a5fc4f8b72d3b9cf1153aec1e447e5e18bf0532f9f04dea100f755c4aee2070";

/// A vector of SM2 signatures.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureVector {
    pub name: String,
    pub about: About,
    /// ASCII.
    pub user_id: String,
    pub private_key: Option<String>,
    /// 04, x, y.
    pub public_key: String,
    /// `null` where only its digest is known.
    pub message: Option<String>,
    /// Digest of user id, curve and public key.
    pub z: String,
    /// Digest of `z` and the message: what is signed.
    pub e: String,
    /// The random number the signature was made with.
    pub k: Option<String>,
    /// r, s.
    pub signature: String,
    pub valid: bool,
}

/// All of them.
pub fn vectors() -> Vec<SignatureVector> {
    [vec![national(), certificate()], refused()].concat()
}

fn national() -> SignatureVector {
    SignatureVector {
        name: "national-example".to_owned(),
        about: about("GM/T 0003.5 附录 A 的签名示例。", "The signature example of GM/T 0003.5, annex A."),
        user_id: "1234567812345678".to_owned(),
        private_key: Some("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8".to_owned()),
        public_key: format!("04{NATIONAL_X}{NATIONAL_Y}"),
        message: Some(data_encoding::HEXLOWER.encode(b"message digest")),
        z: "b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3".to_owned(),
        e: "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640".to_owned(),
        k: Some("59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21".to_owned()),
        signature: format!("{NATIONAL_R}{NATIONAL_S}"),
        valid: true,
    }
}

fn certificate() -> SignatureVector {
    let x = "48ca38c8e4c828d8f29021f4ff17954abce5a870ac86bcea7119227cf65c1d4c";
    let y = "9bceb5c5537a32edb45ff81081cbfd4c989aeac60bc5d88d7f28860c03e4d7fc";
    let r = "a81436f6806d8a5648f1d33a378404422a65275d87a21b926c896c3ca0ffbb90";
    let s = "d319a2cd89801d2e0ff32e68ceb8c702f2ee1226ce23cf7c409859ead3c0731a";
    SignatureVector {
        name: "certificate-signature".to_owned(),
        about: about(
            "一张真实 X.509 证书上的签名，只有摘要。",
            "The signature of a real X.509 certificate, of which only the digest is given.",
        ),
        user_id: "1234567812345678".to_owned(),
        private_key: None,
        public_key: format!("04{x}{y}"),
        message: None,
        z: "932686d6d5c236c19b08835cc0b74db440cc18c8510a1734dd3f3049d0d63670".to_owned(),
        e: "2a38715e308d32f16d3909cbbecd1ca58d1751410c6256da0af20eb612711155".to_owned(),
        k: None,
        signature: format!("{r}{s}"),
        valid: true,
    }
}

fn refused() -> Vec<SignatureVector> {
    let last_bit = format!("{}b", NATIONAL_S.get(..63).unwrap_or_default());
    [
        ("another-s", "s 的最后一位不同。", "The last bit of s is another.", NATIONAL_R, last_bit.as_str()),
        ("r-and-s-changed-over", "r 和 s 对调。", "r and s changed over.", NATIONAL_S, NATIONAL_R),
        ("r-zero", "r 为零。", "r is zero.", ZERO, NATIONAL_S),
        ("s-zero", "s 为零。", "s is zero.", NATIONAL_R, ZERO),
        ("r-is-the-order", "r 等于 n。", "r is n.", ORDER, NATIONAL_S),
        ("s-is-the-order", "s 等于 n。", "s is n.", NATIONAL_R, ORDER),
        (
            "r-plus-s-is-the-order",
            "r + s 等于 n，即 t 为零。",
            "r + s is n, so that t is zero.",
            NATIONAL_R,
            ORDER_LESS_R,
        ),
    ]
    .map(|(name, zh, en, r, s)| SignatureVector {
        name: name.to_owned(),
        about: about(zh, en),
        signature: format!("{r}{s}"),
        valid: false,
        ..national()
    })
    .into()
}

fn about(zh: &str, en: &str) -> About {
    About { zh: zh.to_owned(), en: en.to_owned() }
}
