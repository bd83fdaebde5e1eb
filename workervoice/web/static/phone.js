// The simulated phones: shows one phone's messages with one line, polls for more, sends texts.
// Every text is set with textContent, never as HTML.
"use strict";

const POLL_MS = 1000;
const GONE = "The demo is not running any more.";
const find = (id) => document.getElementById(id);
const choice = find("choice");
const thread = find("thread");
const text = find("text");
let shown = ""; // what the thread was last drawn from
let seen = JSON.parse(sessionStorage.getItem("seen") || "{}"); // "number line" -> messages read

function phones() {
  const added = JSON.parse(sessionStorage.getItem("phones") || "[]");
  return [...find("phones").dataset.starting.split(" "), ...added];
}

function listPhones(chosen) {
  const group = find("phones");
  group.querySelectorAll("label").forEach((old) => old.remove());
  phones().forEach((number, place) => {
    const label = document.createElement("label");
    label.className = "option";
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "number", value: number });
    input.checked = chosen ? number === chosen : place === 0;
    const name = document.createElement("span");
    name.className = "option-text";
    name.append(`Phone ${place + 1}`);
    const digits = document.createElement("small");
    digits.dir = "ltr";
    digits.textContent = number;
    name.append(digits);
    label.append(input, name);
    group.append(label);
  });
}

function chosen() {
  const line = choice.querySelector("input[name=line]:checked");
  const phone = choice.querySelector("input[name=number]:checked");
  return { number: phone.value, line: line.value, about: line.dataset };
}

function drawHead() {
  const { about } = chosen();
  document.querySelector(".phone").dataset.channel = about.channel;
  find("line-label").textContent = about.label;
  find("line-channel").textContent = about.channel === "whatsapp" ? "WhatsApp" : "Text message";
  find("line-sender").textContent = about.sender;
}

function bubble(message) {
  const box = document.createElement("article");
  box.className = `bubble ${message.from} ${message.state}`;
  const words = document.createElement("p");
  words.dir = "auto";
  words.textContent = message.text;
  const foot = document.createElement("footer");
  if (message.parts > 1) foot.append(note(`${message.parts} parts`));
  const at = new Date(message.at * 1000);
  foot.append(note(at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })));
  const states = { sending: "…", sent: "✓", delivered: "", refused: "not sent" };
  if (states[message.state]) foot.append(note(states[message.state]));
  if (message.attached) {
    const attached = document.createElement("small");
    attached.className = "attachment";
    attached.textContent = kindOf(message.attached);
    box.append(attached);
  }
  if (message.media) {
    const player = document.createElement("audio");
    player.controls = true;
    player.preload = "none";
    player.src = message.media;
    words.append(player);
  }
  box.append(words, foot);
  return box;
}

function kindOf(type) {
  const kinds = { image: "Picture", audio: "Voice note", video: "Video" };
  return kinds[type.split("/")[0]] || "File";
}

// What is attached, as the network takes it; null if nothing is.
async function attachment() {
  const [chosenFile] = find("file").files;
  if (!chosenFile) return null;
  const url = await new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = failed;
    reader.readAsDataURL(chosenFile);
  });
  return { type: chosenFile.type, base64: url.slice(url.indexOf(",") + 1) };
}

function drawAttached() {
  const [chosenFile] = find("file").files;
  find("attached").hidden = !chosenFile;
  find("attached-name").textContent = chosenFile ? chosenFile.name : "";
  document.querySelector(".attach").classList.toggle("chosen", Boolean(chosenFile));
}

function detach() {
  find("file").value = "";
  drawAttached();
}

function note(words) {
  const span = document.createElement("span");
  span.textContent = words;
  return span;
}

function drawThread(messages) {
  const now = chosen();
  const here = messages.filter((message) => message.line === now.line);
  const key = JSON.stringify([now.number, now.line, here]);
  if (key === shown) return;
  shown = key;
  const box = thread;
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  box.querySelectorAll(".bubble").forEach((old) => old.remove());
  find("empty").hidden = here.length > 0;
  here.forEach((message) => box.append(bubble(message)));
  if (atEnd || here.at(-1)?.from === "worker") box.scrollTop = box.scrollHeight;
}

function drawUnread(messages) {
  const now = chosen();
  choice.querySelectorAll("input[name=line]").forEach((input) => {
    const key = `${now.number} ${input.value}`;
    const there = messages.filter((m) => m.line === input.value && m.from === "hotline").length;
    if (input.value === now.line) seen[key] = there;
    const unread = Math.max(0, there - (seen[key] || 0));
    const badge = input.closest("label").querySelector(".unread");
    badge.hidden = unread === 0;
    badge.textContent = unread ? `${unread} new` : "";
  });
  sessionStorage.setItem("seen", JSON.stringify(seen));
}

async function refresh() {
  const { number } = chosen();
  try {
    const answer = await fetch(`/api/messages?number=${encodeURIComponent(number)}`);
    const { messages } = await answer.json();
    if (find("problem").textContent === GONE) say("");
    if (number !== chosen().number) return;
    drawThread(messages);
    drawUnread(messages);
  } catch {
    say(GONE);
  }
}

function say(problem) {
  find("problem").textContent = problem;
}

async function send(event) {
  event.preventDefault();
  const words = text.value;
  const media = await attachment().catch(() => null);
  if (!words.trim() && !media) return;
  const { number, line } = chosen();
  text.value = "";
  grow();
  say("");
  const posted = fetch("/api/text", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ number, line, text: words, ...(media && { media }) }),
  });
  try {
    const answer = await posted;
    const told = await answer.json();
    if (!answer.ok) {
      say(told.problem);
      if (!told.id) text.value = words;
    }
    if (told.id) detach();
  } catch {
    say(GONE);
    text.value = words;
  }
  await refresh();
}

function grow() {
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

function addPhone() {
  const field = find("new-number");
  const number = field.value.replace(/[\s()-]/g, "");
  const usable = /^(\+[0-9]{4,20}|[A-Z]{2}\.[A-Za-z0-9._-]{1,256})$/.test(number);
  find("add-problem").textContent = usable ? "" : "Write + and digits, or an id such as NP.worker1.";
  if (!usable) return;
  const starting = find("phones").dataset.starting.split(" ");
  const added = phones().slice(starting.length);
  if (!phones().includes(number)) added.push(number);
  sessionStorage.setItem("phones", JSON.stringify(added));
  field.value = "";
  listPhones(number);
  turn();
}

function turn() {
  say("");
  drawHead();
  refresh();
}

function tick() {
  const now = new Date();
  find("clock").textContent = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

listPhones();
drawHead();
tick();
refresh();
setInterval(tick, 5000);
setInterval(refresh, POLL_MS);
choice.addEventListener("change", (event) => event.target.type === "radio" && turn());
choice.addEventListener("submit", (event) => event.preventDefault());
find("add").addEventListener("click", addPhone);
find("new-number").addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    event.preventDefault();
    addPhone();
  }
});
find("composer").addEventListener("submit", send);
text.addEventListener("input", grow);
find("file").addEventListener("change", drawAttached);
find("detach").addEventListener("click", detach);
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    find("composer").requestSubmit();
  }
});
