// Has the code in this page's address verified by the server, and shows the verdict.
//
// The code goes out in the body of one request and nowhere else; it leaves the address bar at once. Text is only ever
// set as text: a name in a certificate is never read as markup.
"use strict";

const OUTCOMES = {
  green: ["✓", "证照有效", "Valid"],
  amber: ["!", "证照有效，请注意提示", "Valid, with something to know"],
  red: ["✕", "核验不通过", "Not valid"],
  grey: ["样", "样证，仅供演示和培训", "Specimen, for demonstration and training only"],
  undetermined: ["?", "无法判定", "Cannot tell"],
};
/** What the same colours say of an annotated copy. */
const COPY_OUTCOMES = {
  green: ["✓", "加注件与签发时一致", "The copy is as it was issued"],
  amber: ["!", "加注件与签发时一致，请注意证照现状", "The copy is as it was issued; mind what became of the certificate"],
  red: ["✕", "加注件核验不通过", "Not a valid copy"],
  grey: ["样", "样证的加注件，仅供演示和培训", "A copy of a specimen, for demonstration and training only"],
  undetermined: ["?", "无法判定", "Cannot tell"],
};
const WAITING = ["…", "正在核验", "Checking"];
const NO_CODE = {
  display: "undetermined",
  explanations: [{
    message: { zh: "此页面没有可核验的亮证码。", en: "There is no code on this page to check." },
    next_step: { zh: "请扫描持证人当前出示的二维码。", en: "Scan the code the holder is showing now." },
  }],
};
const NO_ANSWER = {
  display: "undetermined",
  explanations: [{
    message: { zh: "暂时无法连接核验服务。", en: "The server cannot be reached for the moment." },
    next_step: { zh: "请检查网络后再试，或请持证人刷新后重新扫码。", en: "Check the network and try again, or scan a fresh code." },
  }],
};
/** Whether the code is that of an annotated copy. */
const IS_COPY = window.location.pathname.startsWith("/C/");
/** The address of this page once the code has left it. */
const EMPTY = IS_COPY ? "/C/1" : "/V/1";
const ASKED = IS_COPY ? "/v1/copy-verifications" : "/v1/verifications";
const PATIENCE = 10000;

const part = (id) => document.getElementById(id);

function element(name, text, lang, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (lang) made.lang = lang;
  if (className) made.className = className;
  return made;
}

/** Puts children into a part, in place of what was there. */
function fill(parent, children) {
  parent.textContent = "";
  parent.append(...children);
}

/** The code of this page's address, without what an app may have hung on behind it. */
function takeCode() {
  const { origin, pathname } = window.location;
  if (pathname.length <= EMPTY.length) return null;
  window.history.replaceState(null, "", EMPTY);
  return origin + pathname;
}

async function verify(code) {
  const response = await fetch(ASKED, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code }),
    cache: "no-store",
    credentials: "omit",
    referrerPolicy: "no-referrer",
    signal: AbortSignal.timeout ? AbortSignal.timeout(PATIENCE) : undefined,
  });
  const answer = await response.json();
  return response.ok ? answer : refusal(answer);
}

/** What the server says when it does not decide, such as after too many attempts. */
function refusal(problem) {
  return {
    display: "undetermined",
    explanations: [{
      message: { zh: problem.title, en: problem.title_en },
      next_step: { zh: problem.next_step, en: problem.next_step_en },
    }],
  };
}

function showOutcome(display) {
  const [sign, zh, en] = (IS_COPY ? COPY_OUTCOMES : OUTCOMES)[display] || WAITING;
  part("sign").textContent = sign;
  part("outcome").textContent = zh;
  part("outcome-en").textContent = en;
  part("verdict").className = OUTCOMES[display] ? display : "waiting";
  part("verdict").hidden = false;
}

function showWhy(explanations) {
  const why = part("why");
  fill(why, explanations.flatMap(({ message, next_step: next }) => {
    const step = element("div", "", "", "next");
    step.append(element("p", next.zh), element("p", next.en, "en"));
    return [element("p", message.zh), element("p", message.en, "en"), step];
  }));
  why.hidden = explanations.length === 0;
}

/** Label and value of everything the certificate says, in the order an officer reads it. */
function lines(certificate) {
  const plate = [certificate.plate, certificate.plate_colour_name && certificate.plate_colour_name.zh];
  const scope = certificate.scope.map(({ code, name }) => name || String(code));
  const first = new Date((certificate.valid_from + 8 * 3600) * 1000).toISOString().slice(0, 10);
  return [
    ["证照", certificate.kind_name ? certificate.kind_name.zh : String(certificate.kind)],
    ["证号", certificate.number],
    ["持证人", certificate.holder],
    ["证件尾号", certificate.tail],
    ["车牌", plate.filter(Boolean).join(" ")],
    ["范围", scope.join("、")],
    ["发证机关", certificate.authority || certificate.issuer],
    ["有效期", `${first} 至 ${certificate.last_day || "长期"}`],
  ].filter(([, value]) => value);
}

/** What a copy says of itself. */
function copyLines(copy) {
  if (!copy) return [];
  const day = (seconds) => new Date((seconds + 8 * 3600) * 1000).toISOString().slice(0, 10);
  return [
    ["加注件编号", copy.serial],
    ["接收方", copy.recipient],
    ["用途", copy.purpose],
    ["制作日期", day(copy.made)],
    ["使用期限", copy.expires ? `至 ${day(copy.expires)}` : "不限"],
    ["内容摘要", copy.digest.toUpperCase()],
  ];
}

function showCertificate(certificate, copy) {
  part("certificate").hidden = !certificate;
  if (!certificate) return;
  const rows = [...copyLines(copy), ...lines(certificate)].flatMap(([label, value]) => [element("dt", label), element("dd", value)]);
  fill(part("face"), rows);
}

function show(verdict) {
  showOutcome(verdict.display);
  showWhy(verdict.explanations);
  showCertificate(verdict.certificate, verdict.copy);
  const time = new Date().toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", hour12: false });
  part("checked").textContent = `核验时间 Checked at ${time}`;
  part("checked").hidden = false;
}

async function check(code) {
  part("again").hidden = true;
  showOutcome("waiting");
  try {
    show(await verify(code));
  } catch {
    show(NO_ANSWER);
    part("again").hidden = false;
  }
}

const code = takeCode();
if (code) {
  part("again").addEventListener("click", () => check(code));
  check(code);
} else {
  show(NO_CODE);
}
