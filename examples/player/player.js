// The demo page: requests cookies from the application, plays with hls.js, and shows CloudFront's responses.
"use strict";

const PLAYLIST = "/hls/master.m3u8";
const VIDEO = "/lecture.mp4";

// Buffer little, so that the next request comes soon after the cookies expire.
const LOADING = { maxBufferLength: 2, maxMaxBufferLength: 2, backBufferLength: 30, startLevel: 0 };

const $ = (id) => document.getElementById(id);
const video = $("video");

let app = ""; // the origin of the web application that signs
let player = null;
let round = 0; // responses to an earlier choice are ignored
let countdown = 0;

async function start() {
  $("host").textContent = location.host;
  const settings = await (await fetch("app.json", { cache: "no-store" })).json();
  app = `http://${location.hostname}:${settings.port}`;
  for (const button of document.querySelectorAll("button")) {
    button.addEventListener("click", () => choose(button));
  }
  video.addEventListener("playing", () => playing());
  video.addEventListener("ended", () => say("Played to the end.", "good"));
  document.body.dataset.ready = "";
}

async function choose(button) {
  round += 1;
  for (const other of document.querySelectorAll("button")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  clear();
  const { kind, file } = button.dataset;
  await (kind ? watch(kind, round) : take(file === "signed", round));
}

function clear() {
  clearInterval(countdown);
  player?.destroy();
  player = null;
  video.removeAttribute("src");
  video.load();
  video.controls = true;
  $("refusal").hidden = true;
  $("why").hidden = true;
  $("answers").replaceChildren();
  $("empty").hidden = false;
  say("Waiting for a response …");
}

// HLS with cookies

async function watch(kind, mine) {
  const options = { method: "POST", credentials: "include" };
  const { expires } = await (await fetch(`${app}/cookies/${kind}`, options)).json();
  if (mine !== round) return;
  if (!Hls.isSupported()) {
    say("This browser does not support Media Source Extensions, which hls.js needs.", "bad");
    return;
  }
  if (kind === "expired") count(expires);
  player = new Hls({ ...LOADING, xhrSetup: (request, url) => listen(request, url, mine) });
  player.on(Hls.Events.ERROR, (_, data) => {
    if (!data.fatal || mine !== round) return;
    player.stopLoad();
    // For a refusal, refuse() shows CloudFront's own message.
    if (!(data.response?.code >= 400)) say(`hls.js stopped: ${data.details}`, "bad");
  });
  player.loadSource(PLAYLIST);
  player.attachMedia(video);
  video.play().catch(() => {}); // another choice in the meantime interrupts play()
}

// Reads the responses that hls.js gets, so that nothing is requested twice.
function listen(request, url, mine) {
  request.addEventListener("loadend", () => {
    if (mine !== round || !request.status) return;
    const refused = request.status >= 400;
    // Read the length from the header: hls.js has already taken the body.
    const length = Number(request.getResponseHeader("Content-Length")).toLocaleString("en");
    answered(request.status, url, refused ? textOf(request.response) : "", `${length} bytes`);
  });
}

function textOf(body) {
  return body instanceof ArrayBuffer ? new TextDecoder().decode(body) : String(body ?? "");
}

function count(expires) {
  const tick = () => {
    const left = Math.max(0, Math.ceil(expires - Date.now() / 1000));
    if ($("status").dataset.mood === "bad") return clearInterval(countdown);
    $("why").hidden = false;
    $("why").textContent = left ? `The cookies expire in ${left} s.` : "The cookies have expired.";
  };
  $("why").setAttribute("aria-live", "off"); // a screen reader cannot read a text that changes every second
  tick();
  countdown = setInterval(tick, 500);
}

// MP4 with a URL

async function take(signed, mine) {
  const url = signed ? (await (await fetch(`${app}/file`)).json()).url : VIDEO;
  // A video element does not expose the response, so fetch the first bytes here.
  const answer = await fetch(url, { credentials: "omit", headers: { Range: "bytes=0-1023" } });
  const body = answer.ok ? "" : await answer.text();
  if (mine !== round) return;
  answered(answer.status, url, body, answer.headers.get("Content-Range") ?? "");
  if (answer.ok) {
    video.src = url;
    video.play().catch(() => {});
  }
}

// Output

function playing() {
  if ($("status").dataset.mood !== "bad") say("Playing: CloudFront accepts the requests.", "good");
}

function answered(status, url, body, more = "") {
  const path = new URL(url, location.href).pathname;
  const refusal = status >= 400 ? reasonOf(body) : null;
  const row = $("answers").insertRow(0);
  if (refusal) row.dataset.refused = "";
  const said = refusal ? `${refusal.code}: ${refusal.message}` : more;
  for (const text of [new Date().toLocaleTimeString([], { hour12: false }), status, path, said]) {
    row.insertCell().textContent = text;
  }
  $("empty").hidden = true;
  if (refusal) refuse(status, path, refusal);
}

// CloudFront and S3 send XML. CloudFront sends HTML for errors that no behavior causes.
function reasonOf(body) {
  const xml = new DOMParser().parseFromString(body, "text/xml");
  const code = xml.querySelector("Error > Code")?.textContent;
  const message = xml.querySelector("Error > Message")?.textContent ?? "";
  return { code: code ?? "Error", message };
}

function refuse(status, path, { code, message }) {
  if ($("status").dataset.mood === "bad") return;
  clearInterval(countdown);
  video.pause();
  video.controls = false; // the refusal covers the controls
  player?.stopLoad();
  $("code").textContent = `${status} ${code}`;
  $("message").textContent = message;
  $("refusal").hidden = false;
  say(`Refused: CloudFront returned ${status} ${code} for ${path}.`, "bad");
  $("why").hidden = true;
  if (player) explain(round);
}

// CloudFront's message gives no reason. `cfstream explain` finds it.
async function explain(mine) {
  const { reasons } = await (await fetch(`${app}/why`, { credentials: "include" })).json();
  if (mine !== round || !reasons.length) return;
  $("why").setAttribute("aria-live", "polite");
  $("why").hidden = false;
  $("why").textContent = `cfstream explain: ${reasons.map((reason) => reason.what).join("; ")}.`;
}

function say(text, mood = "") {
  $("status").dataset.mood = mood;
  $("status").textContent = text;
}

start();
