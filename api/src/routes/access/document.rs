//! The table of access on paper: `docs/access.md`.

use std::fmt::Write;

use super::{Access, Grant, Object, TABLE};
use crate::auth::Role;

/// The text of `docs/access.md`.
#[must_use]
pub fn reference() -> String {
    let mut text = String::from(HEAD);
    for role in Role::ALL {
        let (zh, en) = role.meaning();
        let _ = writeln!(text, "| `{role}` | {zh} | {en} |");
    }
    text.push_str(TABLE_HEAD);
    for line in TABLE {
        let _ = writeln!(text, "| {} | `{}` | {} | {} |", line.method, line.path, who(line), otherwise(line));
    }
    text
}

fn who(line: &Access) -> String {
    let roles = match line.grant {
        Grant::Public => return "任何人 anybody".to_owned(),
        Grant::WechatUser => return "微信用户 whoever came in from WeChat: 本人 own".to_owned(),
        Grant::To(roles) => roles,
    };
    let first = roles.first().map(|(_, object)| *object);
    if let Some(object) = first.filter(|_| roles.len() == Role::ALL.len()) {
        return format!("已登录者 whoever is signed in: {}", word(object));
    }
    roles.iter().map(|(role, object)| format!("`{role}`: {}", word(*object))).collect::<Vec<_>>().join("<br>")
}

fn word(object: Object) -> &'static str {
    match object {
        Object::Own => "本人 own",
        Object::Division => "辖区 division",
        Object::Lines => "辖区，逐行 division, line by line",
        Object::Any => "全部 any",
    }
}

fn otherwise(line: &Access) -> String {
    let roles = match line.grant {
        Grant::Public => return "–".to_owned(),
        Grant::WechatUser => &[][..],
        Grant::To(roles) => roles,
    };
    let mut answers = vec!["401 `not_signed_in`"];
    if roles.len() < Role::ALL.len() {
        answers.push("403 `wrong_role`");
    }
    let has = |object| roles.iter().any(|(_, granted)| *granted == object);
    if has(Object::Division) {
        answers.push("403 `other_division`");
    }
    if has(Object::Lines) {
        answers.push("`outside_jurisdiction` in the report");
    }
    let is_own = has(Object::Own) || matches!(line.grant, Grant::WechatUser);
    if is_own && line.path.contains('{') {
        answers.push("404 `not_found`");
    }
    answers.join("<br>")
}

const HEAD: &str = "\
# Access 访问权限

<!-- Made by `yzt docs access` from api/src/routes/access.rs. Do not edit. -->

Who may do what (GB/T 22239-2019 §8.1.4.2, §8.1.5.1–8.1.5.3). The server asks this table before any handler runs; a
route without a line is open to nobody. One account has one role, so that no account is two of the three administrators.

- **本人 own**: what belongs to the account, or to the holder it acts for. All else is answered as if it did not exist.
- **辖区 division**: what lies in the account's jurisdiction, a prefix of division codes (GB/T 2260): `210102` is a county,
  `2101` a city, `21` or none the whole province. An account is of its own jurisdiction; a holder's, of the divisions of
  the holder's certificates. What is of no division is the whole province's.
- **全部 any**: every one.

An officer may verify whatever code is presented, wherever the certificate is from: that is the nature of a roadside
check. To read the record behind it is for the officers of its division.

| role | 角色 | what it is |
|---|---|---|
";

const TABLE_HEAD: &str = "
| method | address | who: of what | otherwise |
|---|---|---|---|
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_current() {
        let written = include_str!("../../../../docs/access.md");
        assert!(written == reference(), "run `yzt docs access > docs/access.md`");
    }
}
