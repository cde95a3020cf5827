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
    UnfitValue UNPROCESSABLE_ENTITY "unfit_value"
        "请求中有不符合要求的数据项", "An item of the request does not fit";
        "按 findings 指出的数据项和规则改正后重新提交", "Correct the items that findings names, then send again".
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
    BodyTooSlow REQUEST_TIMEOUT "body_too_slow"
        "请求内容送达过慢", "The body came too slowly";
        "检查网络后重新提交；大文件请分批", "Check the network and send again; large files in parts".
    HeadTooLarge REQUEST_HEADER_FIELDS_TOO_LARGE "head_too_large"
        "请求地址或请求头过大", "The address or the headers of the request are too large";
        "缩短地址或请求头后重试", "Shorten the address or the headers and try again".
    UnsupportedEncoding UNSUPPORTED_MEDIA_TYPE "unsupported_encoding"
        "此接口不接受压缩的请求内容", "This request does not take a compressed body";
        "去掉 Content-Encoding，不压缩直接提交", "Send the body without Content-Encoding".

    EmptyBody BAD_REQUEST "empty_body"
        "请求内容中没有任何记录", "There is no record in the body";
        "检查文件是否为空或只有表头", "Check whether the file is empty, or a header only".
    BadCsvHeader BAD_REQUEST "bad_csv_header"
        "CSV 首行不是可用的表头", "The first line of the CSV is not a header that can be used";
        "首行应为数据项名称，且至少包含 kind 列，见 docs/ingest-format.md", "The first line holds the names of the items, kind among them; see docs/ingest-format.md".
    RecordRefused UNPROCESSABLE_ENTITY "record_refused"
        "该条证照或事件未被采用", "The certificate or event was not taken";
        "按 findings 指出的数据项和规则改正后重新报送，规则说明见 docs/ingest-format.md", "Correct the items that findings names and send it again; docs/ingest-format.md explains the rules".
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
    SessionEnded UNAUTHORIZED "session_ended"
        "该登录已被退出", "The session was ended";
        "请重新登录；如非本人操作，请立即修改密码并联系管理员", "Sign in again; if that was not you, change the password at once and tell an administrator".
    RefreshReused UNAUTHORIZED "refresh_reused"
        "刷新令牌已被使用过，该登录已退出", "This refresh token was used before; its session has been ended";
        "请重新登录；令牌可能被他人取得，建议修改密码", "Sign in again; someone else may have the token, so best change the password".
    SignInFailed UNAUTHORIZED "sign_in_failed"
        "账号或密码不正确", "The login or the password is not right";
        "核对账号和密码；忘记密码请联系管理员", "Check both; if the password is forgotten, ask an administrator".
    PasswordChangeRequired FORBIDDEN "password_change_required"
        "须先修改密码", "The password must be changed first";
        "初始密码或已到期的密码须修改后才能使用其他功能：POST /v1/me/password", "An initial or expired password must be changed before anything else: POST /v1/me/password".
    SecondFactorEnrolmentRequired FORBIDDEN "second_factor_enrolment_required"
        "须先登记第二因素", "A second factor must be enrolled first";
        "登记动态口令（POST /v1/me/second-factors/totp）或密钥（POST /v1/devices）后再使用其他功能", "Enrol an authenticator app (POST /v1/me/second-factors/totp) or a key (POST /v1/devices) before anything else".
    SecondFactorRequired UNAUTHORIZED "second_factor_required"
        "本次登录未经第二因素验证", "This session was not proven with a second factor";
        "退出后重新登录，并完成第二因素验证", "Sign out, sign in again and prove a second factor".
    SecondFactorInvalid UNAUTHORIZED "second_factor_invalid"
        "第二因素验证未通过", "The second factor is not right, or was used before";
        "等待下一个动态口令再试；质询值只能使用一次，签名失败须重新登录", "Wait for the next code and try again; a challenge is good once: after a wrong signature sign in anew".
    SignInNotPending UNAUTHORIZED "sign_in_not_pending"
        "没有等待第二因素的登录，或已过期", "No sign-in waits for a second factor under this name, or not any more";
        "请从账号和密码重新登录", "Sign in anew with login and password".
    NothingOffered CONFLICT "nothing_offered"
        "没有待确认的动态口令，或已过期", "No authenticator app waits to be confirmed, or not any more";
        "重新获取密钥并扫码：POST /v1/me/second-factors/totp", "Ask for a new secret: POST /v1/me/second-factors/totp".
    WrongPassword FORBIDDEN "wrong_password"
        "当前密码不正确", "The present password is not right";
        "核对当前密码后再试", "Check the present password and try again".
    PasswordUnfit UNPROCESSABLE_ENTITY "password_unfit"
        "新密码不符合要求", "The new password does not do";
        "按 findings 指出的规则更换：长度、字符种类、不含账号名、不是常见密码、不与最近用过的相同", "Choose another after the rules that findings names: length, kinds of characters, not the login, not a common one, not one used lately".
    TooManyAttempts TOO_MANY_REQUESTS "too_many_attempts"
        "尝试次数过多", "Too many attempts";
        "请在 Retry-After 给出的秒数之后再试", "Try again after the seconds in Retry-After".
    NoCheck FORBIDDEN "no_check"
        "近期没有对该证照的核验记录", "You have not checked this certificate lately";
        "先扫描持证人出示的码并上传核验回执，再申请查看", "Scan the code that its holder shows and send the receipt, then ask again".
    RecordLimit TOO_MANY_REQUESTS "record_limit"
        "今日可查看或导出的记录数已用完", "No more records may be taken today";
        "请于次日再试；确有需要请联系管理员调整限额", "Try again tomorrow, or ask an administrator for a higher limit".
    ApplicationState CONFLICT "application_state"
        "申请当前状态不允许此操作", "The application is not in a state for this";
        "查看申请的状态后再操作", "Look at the state of the application first".
    NothingChanged CONFLICT "nothing_changed"
        "申请涉及的证照尚未全部变更", "Not all certificates of the application have changed";
        "待运政系统推送变更后再办结", "Complete it once the changes have come in".
    NeedsSession FORBIDDEN "needs_session"
        "此操作须登录后进行，不能以签名请求调用", "This is done from a session; a signed request has none";
        "以账号和密码登录后再试；接口账号没有会话、密码和第二因素", "Sign in and try again; a service has no session, password or second factor".
    WrongRole FORBIDDEN "wrong_role"
        "当前账号无权进行此操作", "This account's role may not do this";
        "换用有权限的账号登录，或联系管理员", "Sign in with an account that may, or ask an administrator".

    // Signed requests
    SignatureInvalid UNAUTHORIZED "signature_invalid"
        "请求签名缺失、格式不符或验签不通过", "The request's signature is not of its form, of no known key, or does not verify";
        "按 detail 和 docs/service-accounts.md 检查签名内容、密钥和算法", "Check what is signed, with which key and how, after detail and docs/service-accounts.md".
    SignatureOutOfTime UNAUTHORIZED "signature_out_of_time"
        "请求签名时间与服务器时间相差过大", "The signature was made too long ago, or in the future";
        "校准时钟，重新签名后再发送", "Set the clock, sign again and send".
    SignatureReplayed UNAUTHORIZED "signature_replayed"
        "该签名的 nonce 已使用", "A request with this nonce was taken already";
        "每次请求使用新的 nonce 并重新签名；重发业务数据时保持 Idempotency-Key 不变", "Sign every request with a nonce of its own; keep the Idempotency-Key when the same data is sent again".
    ServiceKeyNotValid UNAUTHORIZED "service_key_not_valid"
        "签名密钥已停用、已到期，或所属账号已停用", "The key was revoked or is past its end, or its account may not be used";
        "改用有效的密钥签名；没有的，请系统管理员申请登记新的公钥", "Sign with a key that is good; if there is none, have a system administrator register one".
    NotAService CONFLICT "not_a_service"
        "该账号不是接口账号", "This account is not a service's";
        "接口账号没有密码，角色为 issuer 或 third_party；请另建接口账号", "A service has no password, and the role issuer or third_party: make an account of its own".
    ServiceKeyKnown CONFLICT "service_key_known"
        "该公钥已登记", "This key is registered already";
        "生成新的密钥后再登记；已停用的密钥不能再次登记", "Make a new key and register that; one that was revoked cannot come back".
    ContentDigestMismatch BAD_REQUEST "content_digest_mismatch"
        "请求内容与签名的 Content-Digest 不一致", "The body is not the one whose digest was signed, or its digest was not signed";
        "对实际发送的内容（压缩后）计算 SM3，并将 content-digest 纳入签名", "Take SM3 of the body as it is sent, compressed if it is, and sign content-digest".

    // From WeChat
    WechatOff FORBIDDEN "wechat_off"
        "本系统未启用微信登录", "Signing in from WeChat is not enabled here";
        "请使用账号和密码登录，或联系管理员启用", "Sign in with login and password, or ask an administrator to enable it".
    WechatCodeInvalid UNAUTHORIZED "wechat_code_invalid"
        "微信登录凭证无效或已过期", "WeChat does not know this login code, or it is past its five minutes";
        "重新调用 wx.login 取得新的凭证后再试", "Call wx.login again and send the new code".
    WechatCodeUsed UNAUTHORIZED "wechat_code_used"
        "微信登录凭证已被使用", "This login code was used before";
        "每次登录都要调用 wx.login 取得新的凭证，不要重复提交", "Call wx.login for every sign-in, and send each code once".
    WechatUserBlocked FORBIDDEN "wechat_user_blocked"
        "该微信账号被微信限制登录", "WeChat holds this user for a risk and lets it into no mini-program";
        "请在微信中按提示解除限制，或换用其他方式登录", "Have the restriction lifted in WeChat, or sign in another way".
    WechatUnavailable SERVICE_UNAVAILABLE "wechat_unavailable"
        "微信登录服务暂时不可用", "WeChat's service does not answer for the moment";
        "请在 Retry-After 给出的秒数之后重新登录；已登录的不受影响", "Sign in again after the seconds in Retry-After; whoever is signed in stays so".
    RealNameOff FORBIDDEN "real_name_off"
        "本系统未启用实名核验", "Confirming real names is not enabled here";
        "请到发证机关窗口办理，或联系管理员启用", "Go to the issuing authority's counter, or ask an administrator to enable it".
    RealNameMismatch UNPROCESSABLE_ENTITY "real_name_mismatch"
        "姓名与证件号码核验不一致", "Name and citizen id are not confirmed to be one person's";
        "核对姓名和公民身份号码后再试；确认无误的，请到公安机关查询登记信息", "Check both and try again; if they are right, ask the public security authority about the entry".
    RealNameUnavailable SERVICE_UNAVAILABLE "real_name_unavailable"
        "实名核验服务暂时不可用", "The real-name service does not answer for the moment";
        "请在 Retry-After 给出的秒数之后再试", "Try again after the seconds in Retry-After".
    AlreadyDecided CONFLICT "already_decided"
        "该事件已处理", "This was decided before";
        "查看处理结果，不必重复处理", "Look at what was decided; nothing is left to do".
    BindingDecided CONFLICT "binding_decided"
        "该绑定申请已有处理结果", "This request was decided already";
        "刷新待办列表", "Load the list of requests again".

    OtherDivision FORBIDDEN "other_division"
        "不属于本账号管辖的行政区划", "It is of a division outside this account's jurisdiction";
        "由管辖该行政区划的账号办理", "Let an account that answers for the division do it".

    IntegrityBroken FORBIDDEN "integrity_broken"
        "权限信息被系统以外的手段改动，已停止使用", "What grants this was changed by other means than this system, and is not used";
        "请立即联系安全管理员核查", "Tell a security administrator at once".

    // Administration
    LoginTaken CONFLICT "login_taken"
        "登录名已被使用", "The login is taken";
        "换用其他登录名", "Choose another login".
    AccountNotGranted CONFLICT "account_not_granted"
        "账号的角色尚未获批，不能启用", "The account's role was not granted yet";
        "等待安全管理员审批，或重新申请", "Wait for a security administrator, or ask again".
    OwnAccount FORBIDDEN "own_account"
        "不能对自己的账号进行此操作", "Nobody may do this to their own account";
        "请由另一名管理员办理", "Ask another administrator".
    LastAdministrator CONFLICT "last_administrator"
        "该账号是同类管理员中最后一个可用账号，不能停用", "It is the last account of this kind of administrator";
        "先开通另一名同类管理员", "Let another one be made first".
    ChangedMeanwhile CONFLICT "changed_meanwhile"
        "该内容刚刚被他人修改", "Someone else has just changed it";
        "重新读取后再试", "Read it again, then try again".
    OwnApproval FORBIDDEN "own_approval"
        "不能审批本人提交或与本人账号有关的申请", "Nobody may decide on what they asked for, or on their own account";
        "请由另一名安全管理员审批", "Ask another security administrator".
    ApprovalClosed CONFLICT "approval_closed"
        "该申请已审批或已过期", "It has been decided, or its 72 hours are over";
        "查看审批记录；需要时重新申请", "Look at the approval; ask again where needed".
    ApprovalOvertaken CONFLICT "approval_overtaken"
        "申请所针对的内容已发生变化，不能执行", "What it is about has changed since, and it cannot be done";
        "核对现状后重新申请", "Look at how things stand, then ask again".
    ApprovalNeeded FORBIDDEN "approval_needed"
        "此操作须先经另一人审批", "This needs the approval of a second person";
        "提交申请，获批后 72 小时内由本人使用一次", "Ask for it; once approved it is yours to use once, within 72 hours".

    // Certificates
    CertificateCancelled CONFLICT "certificate_cancelled"
        "证照已注销，不能亮证", "The certificate was cancelled and cannot be presented";
        "如需继续从业或经营，请向发证机关申请办理新证", "Apply to the issuing authority for a new one".
    CertificateSuspended CONFLICT "certificate_suspended"
        "证照已被暂扣，暂时不能亮证", "The certificate is suspended and cannot be presented for now";
        "请向作出暂扣决定的机关了解处理办法，恢复后即可亮证", "Ask the authority that suspended it; once resumed it can be presented".
    CertificateRevoked CONFLICT "certificate_revoked"
        "证照已被吊销或撤销，不能亮证", "The certificate was revoked and cannot be presented";
        "对决定有异议的，请向作出决定的机关咨询", "If you object to the decision, ask the authority that made it".
    CertificateReportedLost CONFLICT "certificate_reported_lost"
        "证照已挂失，暂时不能亮证", "The certificate was reported lost and cannot be presented for now";
        "请向发证机关解除挂失或申请补发", "Ask the issuing authority to lift the report or to reissue it".
    CertificateExpired CONFLICT "certificate_expired"
        "证照已过有效期，不能亮证", "The certificate has expired and cannot be presented";
        "请向发证机关申请换发", "Apply to the issuing authority for renewal".
    CertificateNotYetValid CONFLICT "certificate_not_yet_valid"
        "证照尚未生效，暂时不能亮证", "The certificate is not valid yet and cannot be presented for now";
        "请在有效期开始之日起亮证", "Present it from its first valid day on".
    TransitionNotAllowed CONFLICT "transition_not_allowed"
        "按证照当前状态不能进行此项变更", "The certificate, as it stands, does not allow this change";
        "查看证照的变更记录，核对业务类型；已注销、吊销的证照须办理新证", "Look at its history and check the event; one that was cancelled or revoked needs a new certificate".
    EventOvertaken CONFLICT "event_overtaken"
        "已记录发生时间更晚的同类事件，此事件已过时", "An event of the same sort that happened later is on record";
        "查看证照的变更记录；如现状仍不符，请按实际发生时间报送最新的事件", "Look at its history; if it is not as things stand, send the newest event with the time it happened".
    SequencePassed CONFLICT "sequence_passed"
        "该证照已收到报送序号更大的变更", "A change of this certificate with a later sequence was taken before";
        "此变更已过时，不必重发；如它才是最新的，请使用更大的序号", "It is out of date and need not be sent again; if it is the newest, give it a greater sequence".
    EventConflict CONFLICT "event_conflict"
        "该事件编号已用于其他内容", "Another event has this id";
        "同一事件重发时内容须一致；不同事件请使用新的编号", "Send a repeated event unchanged; give another event an id of its own".

    // Conformity
    NonconformityClosed CONFLICT "nonconformity_closed"
        "该不规范数据已消除或已确认为例外", "This is gone, or an exception already";
        "重新查询不规范数据，处理仍未消除的", "List what does not fit again, and see to what is left".

    // Devices
    DeviceCredentialsOff FORBIDDEN "device_credentials_off"
        "本系统未启用手机离线亮证", "Presenting without network is not enabled here";
        "请联网亮证", "Present with network".
    ChallengeInvalid UNPROCESSABLE_ENTITY "challenge_invalid"
        "质询值无效、已使用或已过期", "The challenge is unknown, used or past its end";
        "重新获取质询值后再试", "Get a new challenge and try again".
    DeviceProofInvalid UNPROCESSABLE_ENTITY "device_proof_invalid"
        "签名与公钥、质询值不符", "The signature is not that of this key over this challenge";
        "按 docs/protocol.md 第 10 节生成签名，获取新的质询值后再试", "Sign as docs/protocol.md §10 says, over a new challenge".
    DeviceKnown CONFLICT "device_known"
        "该公钥已登记", "This key is registered already";
        "请在手机上生成新的密钥后再登记", "Make a new key on the phone and register that".
    DeviceRevoked CONFLICT "device_revoked"
        "该设备已停用", "The device was revoked";
        "请登记新的设备", "Register a new device".
    TooManyDevices CONFLICT "too_many_devices"
        "登记的设备已达上限", "This account has as many devices as it may";
        "停用不再使用的设备后再登记", "Revoke one that is no longer used, then register".

    // Sharing
    RecipientUnknown UNPROCESSABLE_ENTITY "recipient_unknown"
        "没有这个可接收授权的第三方", "There is no such third party that could be granted anything";
        "从接收方列表中选择；没有的，请其向管理员申请第三方账号", "Choose from the list of recipients; one that is missing asks an administrator for an account".
    GrantOfOther FORBIDDEN "grant_of_other"
        "该授权由对方作出，不能由本账号撤销", "The other side made this grant; this account cannot take it back";
        "持证人的授权由持证人撤销；主管部门的授权有异议的，请联系发证机关", "A holder's grant is the holder's to revoke; about one by the authority ask the issuing authority".
    GrantRevoked FORBIDDEN "grant_revoked"
        "授权已被撤销", "The grant was taken back";
        "如仍需要，请持证人或主管部门重新授权", "If it is still needed, ask the holder or the authority for a new one".
    GrantEnded FORBIDDEN "grant_ended"
        "授权已到期", "The time of the grant is over";
        "如仍需要，请持证人或主管部门重新授权", "If it is still needed, ask the holder or the authority for a new one".
    GrantNotBegun FORBIDDEN "grant_not_begun"
        "授权尚未生效", "The time of the grant has not begun";
        "请在授权的起始时间之后再用", "Use it from its first moment on".
    GrantUsedUp FORBIDDEN "grant_used_up"
        "授权的使用次数已用完", "The grant was used as often as it may be";
        "如仍需要，请持证人或主管部门重新授权", "If it is still needed, ask the holder or the authority for a new one".
    CertificateNotGranted FORBIDDEN "certificate_not_granted"
        "该证照不在授权范围内", "The grant is not about this certificate";
        "按授权中的 certificate_ids 请求；证照已换持证主体的，需新的持证主体授权", "Ask for one of its certificate_ids; one that passed to another holder needs that holder's grant".
    NoEncryptionKey CONFLICT "no_encryption_key"
        "没有可用的加密公钥，不能提供数据", "There is no encryption key to encrypt the answer to";
        "按 docs/sharing.md 登记加密公钥后再试；指定的 key_id 须未停用", "Register one as docs/sharing.md says, then try again; a key_id that is named must not be revoked".
    KeyProofInvalid UNPROCESSABLE_ENTITY "key_proof_invalid"
        "签名与公钥、质询值不符", "The signature is not that of this key over this challenge";
        "按 docs/sharing.md 生成签名，获取新的质询值后再试", "Sign as docs/sharing.md says, over a new challenge".
    KeyKnown CONFLICT "key_known"
        "该公钥已登记", "This key is registered already";
        "请生成新的密钥后再登记", "Make a new key and register that".
    TooManyKeys CONFLICT "too_many_keys"
        "登记的加密公钥已达上限", "This account has as many encryption keys as it may";
        "停用不再使用的公钥后再登记", "Revoke one that is no longer used, then register".
    CopyNotAllowed CONFLICT "copy_not_allowed"
        "证照当前不在有效状态，不能制作加注件", "The certificate is not in force, and no copy of it can be made";
        "按证照当前状态办理恢复、换发或补发后再制作", "Have it resumed, renewed or reissued first".

    // Receipts
    ReceiptConflict CONFLICT "receipt_conflict"
        "该回执编号已用于其他内容", "Another receipt has this id";
        "不要修改已生成的回执；每次扫码使用新的编号", "Never change a receipt once made; give every scan an id of its own".
    ReceiptRejected UNPROCESSABLE_ENTITY "receipt_rejected"
        "回执不符合要求，未予保存", "The receipt does not fit and was not kept";
        "按 findings 指出的数据项和规则改正；检查用途不能为空", "Correct the items that findings names; a check needs a purpose".
    TooManyItems PAYLOAD_TOO_LARGE "too_many_items"
        "一批提交的条数过多", "There are more items than one batch may have";
        "按 detail 给出的条数分批提交", "Send them in batches of the number that detail names".

    // Collection and mutual recognition
    NotTheMinistry NOT_FOUND "not_the_ministry"
        "本系统不是部级系统", "This site is not the ministry's";
        "向部级系统的地址提交；部级系统须设置 role = \"ministry\"", "Ask the ministry's site; there the setting is role = \"ministry\"".
    NoProvince FORBIDDEN "no_province"
        "该账号所属省份未在部级系统登记", "The province of this account is not registered here";
        "请部级系统管理员用 yzt provinces add 登记该省", "Ask the ministry's administrator to register it (yzt provinces add)".
    CollectionOff CONFLICT "collection_off"
        "本系统未设置归集地址", "This site collects to nobody";
        "请系统管理员设置 ministry_url", "Ask a system administrator to set ministry_url".
    MinistryUnreachable SERVICE_UNAVAILABLE "ministry_unreachable"
        "部级系统暂时无法访问", "The ministry's system cannot be reached for the moment";
        "稍后重试；持续不通时登记故障", "Try again later; if it stays, declare an incident".
    IncidentOpen CONFLICT "incident_open"
        "同类故障尚未解除，不能重复登记", "An incident of this kind is open";
        "先解除已登记的故障", "Clear that one first".
    IncidentState CONFLICT "incident_state"
        "故障当前状态不能进行此项操作", "The incident, as it stands, does not allow this";
        "刷新后查看故障的当前状态", "Look at how it stands now".

    // This side
    Internal INTERNAL_SERVER_ERROR "internal"
        "服务器内部错误", "Something went wrong on this side";
        "请稍后重试；如仍出现，请将响应头 X-Request-Id 告知管理员", "Try again later; if it stays, give an administrator the X-Request-Id of this answer".
    NoSigningKey SERVICE_UNAVAILABLE "no_signing_key"
        "暂无可用的签名密钥", "No key may sign for the moment";
        "请联系管理员检查密钥状态", "Ask an administrator to look at the keys".
    SigningFailed SERVICE_UNAVAILABLE "signing_failed"
        "暂时无法签名", "Nothing can be signed for the moment";
        "请稍后重试；如仍出现，请联系管理员检查密码机或签名服务", "Try again later; if it stays, ask an administrator to look at the cryptographic module or the signing service".
    FontsMissing SERVICE_UNAVAILABLE "fonts_missing"
        "服务器缺少中文字体，暂时不能生成证照样式", "The fonts that certificates are drawn with are missing on this server";
        "请管理员安装 fonts-noto-cjk，或用 fonts_dir 指定字体目录；不必重启", "Ask an administrator to install fonts-noto-cjk or to set fonts_dir; no restart is needed".
    Unavailable SERVICE_UNAVAILABLE "unavailable"
        "服务暂时不可用", "The service is not available for the moment";
        "请在 Retry-After 给出的秒数之后重试", "Try again after the seconds in Retry-After".
    Overloaded SERVICE_UNAVAILABLE "overloaded"
        "访问量过大，请稍候", "Too many requests at once";
        "请在 Retry-After 给出的秒数之后重试", "Try again after the seconds in Retry-After".
    TookTooLong SERVICE_UNAVAILABLE "took_too_long"
        "处理超时", "The request took too long and was given up";
        "请在 Retry-After 给出的秒数之后重试；提交类请求重发不会重复登记", "Try again after the seconds in Retry-After; what is sent again is not recorded twice".
}
