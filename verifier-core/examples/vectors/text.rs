//! Step 1: the code's text. Where a code is damaged, it says so; where it is of another kind, that.

use super::plan::{ADDRESS, Plan};
use super::scan::{Scan, Vector};

/// Vectors about the code's text.
pub fn vectors() -> Vec<Vector> {
    [accepted(), whole_codes(), tokens(), cut_tokens(), other_kinds()].concat()
}

fn good() -> Scan {
    Plan::server().scan()
}

/// The good code with another token.
fn with_token(change: impl FnOnce(String) -> String) -> Scan {
    let scan = good();
    let code = format!("{}/V/1{}", ADDRESS.to_uppercase(), change(scan.token()));
    scan.with_code(code)
}

fn accepted() -> Vec<Vector> {
    let at = |address: &str| good().with_code(format!("{address}/V/1{}", good().token()));
    table! {
        "code-bare-token" "只有令牌，没有网址。" "The token alone, without the address.",
            good().with_code(good().token()) => valid(&[]);
        "code-lower-case-host" "协议名和主机名为小写。" "Scheme and host in lower case.",
            at("https://yzt.example.gov.cn") => valid(&[]);
        "code-mixed-case-host" "协议名和主机名大小写混合。" "Scheme and host in mixed case.",
            at("hTTps://Yzt.Example.Gov.CN") => valid(&[]);
        "code-http-with-port" "开发环境：http 和端口号。" "A development server: plain HTTP and a port.",
            at("HTTP://127.0.0.1:8080") => valid(&[]);
        "code-other-host" "主机名不参与判定。" "The host decides nothing.",
            at("HTTPS://YZT.EXAMPLE.CN") => valid(&[]);
    }
}

fn whole_codes() -> Vec<Vector> {
    let token = good().token();
    let address = ADDRESS.to_uppercase();
    let long = format!("{}{}", good().code, "A".repeat(2_049 - good().code.len()));
    table! {
        "code-empty" "没有内容。" "Nothing at all.", good().with_code("") => invalid("malformed");
        "code-over-2048-characters" "超过 2048 个字符。" "2,049 characters.",
            good().with_code(long) => invalid("malformed");
        "code-without-token" "有网址，没有令牌。" "The address without a token.",
            good().with_code(format!("{address}/V/1")) => invalid("malformed");
        "code-without-version" "缺版本号。" "The version is missing.",
            good().with_code(format!("{address}/V/{token}")) => invalid("malformed");
        "code-of-version-2" "协议版本 2。" "Version 2 of the protocol.",
            good().with_code(format!("{address}/V/2{token}")) => invalid("unsupported_version");
        "code-path-in-lower-case" "路径必须大写。" "The path must be in upper case.",
            good().with_code(format!("{address}/v/1{token}")) => invalid("not_a_presentation");
        "code-of-another-path" "路径不是亮证的路径。" "A path that is not ours.",
            good().with_code(format!("{address}/X/1{token}")) => invalid("not_a_presentation");
    }
}

type Row = (&'static str, &'static str, &'static str, fn(String) -> String);

fn tokens() -> Vec<Vector> {
    let rows: &[Row] = &rows! {
        "token-in-lower-case" "令牌为小写。" "The token in lower case.", |token| token.to_lowercase();
        "token-with-one-small-letter" "令牌中有一个小写字母。" "One small letter in the token.",
            |t| t.replacen('Q', "q", 1);
        "token-padded" "令牌带填充符。" "Padding after the token.", |token| token + "=";
        "token-with-unused-bits" "最后一个字符的多余位不为零。" "The unused bits of the last character are not zero.",
            |token| last_changed(&token);
        "token-with-zero-for-o" "令牌中有 base32 没有的字符 0。" "A zero, which base32 does not have.",
            |token| replaced(&token, 80, "0");
        "token-with-one-for-i" "令牌中有 base32 没有的字符 1。" "A one, which base32 does not have.",
            |token| replaced(&token, 81, "1");
        "token-with-a-hyphen" "令牌中有连字符。" "A hyphen in the token.", |token| replaced(&token, 82, "-");
        "token-with-a-space" "令牌后有空格。" "A space after the token.", |token| token + " ";
        "token-with-a-line-break" "令牌中有换行。" "A line break in the token.", |token| replaced(&token, 60, "\n");
        "token-with-a-chinese-character" "令牌中有汉字。" "A Chinese character in the token.",
            |token| replaced(&token, 83, "证");
        "token-with-a-query" "令牌后有查询参数。" "A query after the token.", |token| token + "?FROM=SCAN";
        "token-twice" "令牌重复两遍。" "The token twice.", |token| token.repeat(2);
        "token-one-character-more" "令牌多一个字符。" "One character more.", |token| token + "A";
        "token-eight-characters-more" "令牌多八个字符，即五个零字节。" "Eight characters more, which are five zero bytes.",
            |token| token + "AAAAAAAA";
        "token-first-character-changed" "第一个字符被改。" "The first character is changed.",
            |token| replaced(&token, 0, "R");
    };
    let named = rows.iter().map(|(name, zh, en, change)| with_token(*change).about(*name, *zh, *en));
    named.map(|named| named.invalid("malformed")).collect()
}

/// How many characters of so many are left.
type Cut = (&'static str, &'static str, &'static str, fn(usize) -> usize);

fn cut_tokens() -> Vec<Vector> {
    let rows: &[Cut] = &rows! {
        "token-cut-by-one-character" "少最后一个字符。" "The last character is missing.", |n| n - 1;
        "token-cut-by-eight-characters" "少最后八个字符。" "The last eight characters are missing.", |n| n - 8;
        "token-cut-before-the-signature" "少亮证签名。" "The presentation's signature is missing.", |n| n - 104;
        "token-cut-inside-the-certificate" "断在证照中间。" "Cut in the middle of the certificate.", |n| n / 2;
        "token-cut-inside-the-header" "断在头部。" "Cut in the header.", |_| 16;
        "token-cut-to-one-character" "只剩一个字符。" "One character is left.", |_| 1;
    };
    let cut = |keep: fn(usize) -> usize| with_token(|token| token.chars().take(keep(token.len())).collect());
    rows.iter().map(|(name, zh, en, keep)| cut(*keep).about(*name, *zh, *en).invalid("malformed")).collect()
}

fn other_kinds() -> Vec<Vector> {
    rows! {
        "wechat-payment-code" "微信付款码。" "A WeChat payment code.", "134512345678901234";
        "wechat-collection-code" "微信收款码。" "A WeChat collection code.", "wxp://f2f0Abcd1234EfghIjkl5678";
        "alipay-payment-code" "支付宝付款码。" "An Alipay payment code.", "281234567890123456";
        "alipay-collection-code" "支付宝收款码。" "An Alipay collection code.", "https://qr.alipay.com/fkx01234abcd";
        "unionpay-code" "银联收款码。" "A UnionPay code.", "https://qr.95516.com/00010000/0123456789";
        "health-code" "健康码。" "A health code.", "https://jkm.example.gov.cn/code?id=0123456789";
        "static-face-identifier" "证照面上静态码里的电子证照标识。" "The certificate identifier in the static code on a certificate's face.",
            "1.2.156.3005.2.11100000000019713D071.112100009999999981.210102000001.001.6";
        "bare-number" "一串数字。" "A bare number.", "4642087996";
        "plain-url" "普通网址。" "A plain web address.", "https://www.example.gov.cn/zwfw/index.html";
        "url-of-the-start-page" "本系统首页的网址。" "The address of the deployment's own start page.",
            "HTTPS://YZT.EXAMPLE.GOV.CN/";
        "url-without-path" "只有主机名的网址。" "A web address without a path.", "https://yzt.example.gov.cn";
        "chinese-text" "一句话。" "A sentence.", "请出示您的道路运输电子证照";
    }
    .into_iter()
    .map(|(name, zh, en, code)| {
        good().with_code(code).about(format!("other-{name}"), zh, en).invalid("not_a_presentation")
    })
    .collect()
}

/// The character at `place` replaced.
fn replaced(token: &str, place: usize, with: &str) -> String {
    let head: String = token.chars().take(place).collect();
    let tail: String = token.chars().skip(place + 1).collect();
    head + with + &tail
}

/// The last character raised by one: of the bits it holds, only unused ones change.
fn last_changed(token: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let last = token.chars().last().unwrap_or('A');
    let next = ALPHABET.chars().skip_while(|c| *c != last).nth(1).unwrap_or('B');
    replaced(token, token.len() - 1, &next.to_string())
}
