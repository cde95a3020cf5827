//! The one table of problems: code, status, what it is and what to do about it, in Chinese and English.
//!
//! `docs/errors.md` is made from it. A code, once published, keeps its name and its meaning.

use actix_web::http::StatusCode;

/// Makes [`Code`] from aligned entries, so that no code can lack a title, a next step or a place in the documents.
macro_rules! problems {
    ($( $variant:ident $status:ident $name:literal
        $title:literal, $title_en:literal;
        $next:literal, $next_en:literal. )*) => {
        /// Which problem: the stable code that programs look at.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $( #[doc = $title_en] $variant, )*
        }

        impl Code {
            /// All of them, in the order of the documents.
            pub const ALL: &[Self] = &[$( Self::$variant, )*];

            /// The code as it is written in answers.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// The HTTP status it is answered with.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $( Self::$variant => StatusCode::$status, )* }
            }

            /// What it is: Chinese, English.
            #[must_use]
            pub fn title(self) -> (&'static str, &'static str) {
                match self { $( Self::$variant => ($title, $title_en), )* }
            }

            /// What to do about it: Chinese, English.
            #[must_use]
            pub fn next_step(self) -> (&'static str, &'static str) {
                match self { $( Self::$variant => ($next, $next_en), )* }
            }
        }
    };
}

problems! {
    // The request itself
    BadJson BAD_REQUEST "bad_json"
        "请求内容不是符合要求的 JSON", "The body is not the JSON this request takes";
        "按接口文档改正 detail 指出的位置后重新提交", "Correct the place that detail names after the API document, then send again".
    BadQuery BAD_REQUEST "bad_query"
        "查询参数不符合要求", "A query parameter is missing or not of its form";
        "按接口文档检查查询参数", "Check the query parameters against the API document".
    NotFound NOT_FOUND "not_found"
        "没有此项内容", "There is nothing here, or nothing that you may see";
        "检查地址和编号是否正确", "Check the address and the id".
    MethodNotAllowed METHOD_NOT_ALLOWED "method_not_allowed"
        "此地址不支持该请求方法", "This address does not take this method";
        "使用 Allow 头列出的方法", "Use one of the methods in the Allow header".
    BodyTooLarge PAYLOAD_TOO_LARGE "body_too_large"
        "请求内容过大", "The body is larger than this request may be";
        "分成较小的批次提交", "Send it in smaller parts".
    UnsupportedMediaType UNSUPPORTED_MEDIA_TYPE "unsupported_media_type"
        "不支持的内容类型", "The body is of a media type this request does not take";
        "按接口文档设置 Content-Type", "Set Content-Type as the API document says".
    BodyIncomplete BAD_REQUEST "body_incomplete"
        "请求内容未完整送达", "The body did not arrive whole";
        "检查网络后重新提交", "Check the network and send again".

    EmptyBody BAD_REQUEST "empty_body"
        "请求内容中没有任何记录", "There is no record in the body";
        "检查文件是否为空或只有表头", "Check whether the file is empty, or a header only".
    BadCsvHeader BAD_REQUEST "bad_csv_header"
        "CSV 首行不是可用的表头", "The first line of the CSV is not a header that can be used";
        "首行应为数据项名称，且至少包含 kind 列，见 docs/ingest-format.md", "The first line holds the names of the items, kind among them; see docs/ingest-format.md".
    BadIdempotencyKey BAD_REQUEST "bad_idempotency_key"
        "Idempotency-Key 不符合要求", "The Idempotency-Key is not of its form";
        "使用 1 至 128 个可见 ASCII 字符，建议使用 UUID", "Use 1 to 128 visible ASCII characters, best a UUID".
    IdempotencyKeyReused CONFLICT "idempotency_key_reused"
        "该 Idempotency-Key 已用于其他内容", "This Idempotency-Key was used for another body";
        "重发须与原内容一致；不同内容请使用新的值", "Send the same body again, or use a new key for another".

    // Who is asking
    NotSignedIn UNAUTHORIZED "not_signed_in"
        "尚未登录或登录信息无效", "Not signed in, or the session token is not valid";
        "请登录后重试", "Sign in and try again".
    SessionExpired UNAUTHORIZED "session_expired"
        "登录已过期", "The session has ended";
        "请重新登录", "Sign in again".
    SignInFailed UNAUTHORIZED "sign_in_failed"
        "账号或密码不正确", "The login or the password is not right";
        "核对账号和密码；忘记密码请联系管理员", "Check both; if the password is forgotten, ask an administrator".
    TooManyAttempts TOO_MANY_REQUESTS "too_many_attempts"
        "尝试次数过多", "Too many attempts";
        "请在 Retry-After 给出的秒数之后再试", "Try again after the seconds in Retry-After".
    WrongRole FORBIDDEN "wrong_role"
        "当前账号无权进行此操作", "This account's role may not do this";
        "换用有权限的账号登录，或联系管理员", "Sign in with an account that may, or ask an administrator".

    // This side
    Internal INTERNAL_SERVER_ERROR "internal"
        "服务器内部错误", "Something went wrong on this side";
        "请稍后重试；如仍出现，请将响应头 X-Request-Id 告知管理员", "Try again later; if it stays, give an administrator the X-Request-Id of this answer".
    NoSigningKey SERVICE_UNAVAILABLE "no_signing_key"
        "暂无可用的签名密钥", "No key may sign for the moment";
        "请联系管理员检查密钥状态", "Ask an administrator to look at the keys".
    Unavailable SERVICE_UNAVAILABLE "unavailable"
        "服务暂时不可用", "The service is not available for the moment";
        "请在 Retry-After 给出的秒数之后重试", "Try again after the seconds in Retry-After".
}
