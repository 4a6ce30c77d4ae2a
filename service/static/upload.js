// Looks at a chosen file before a byte of it is sent: only a prepared extract goes on.
const MARK = "#foyer-extract ";
const HEAD_BYTES = 4096;

const box = document.querySelector("[data-upload]");
const input = box.querySelector("input[type=file]");
const says = (name) => box.querySelector(`[data-says=${name}]`);

function show(name) {
  for (const part of box.querySelectorAll("[data-says]")) part.hidden = part.dataset.says !== name;
}

async function headerOf(file) {
  const first = new TextDecoder().decode(await file.slice(0, HEAD_BYTES).arrayBuffer()).split("\n")[0];
  if (!first.startsWith(MARK)) return null;
  try {
    return JSON.parse(first.slice(MARK.length));
  } catch {
    return null;
  }
}

function refuse(file) {
  // In single quotes for the shell, so that no name can do more than be a name.
  const name = `'${file.name.replaceAll("'", "'\\''")}'`;
  says("raw").querySelector("code").textContent = `foyer prepare ${name} --venue venue.json --out extract.foyer.csv --server ${location.origin}`;
  show("raw");
}

async function send(file) {
  const bar = says("sending").querySelector("progress");
  show("sending");
  const request = new XMLHttpRequest();
  request.open("POST", "/api/v1/extracts");
  request.setRequestHeader("Content-Type", "text/csv");
  request.setRequestHeader("Accept-Language", document.documentElement.lang);
  request.upload.onprogress = (event) => { bar.max = event.total; bar.value = event.loaded; };
  request.upload.onload = () => { bar.removeAttribute("value"); };
  request.onerror = () => show("lost");
  request.onload = () => finish(request);
  request.send(file);
}

function finish(request) {
  let answer = {};
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    show("lost");
    return;
  }
  if (request.status < 300) {
    location.assign(`/extracts/${encodeURIComponent(answer.id)}`);
    return;
  }
  const part = says("refused");
  const title = part.querySelector("[data-title]");
  // With findings, those say why, in the page's language; the title of the answer is for programs.
  title.textContent = answer.findings?.length
    ? title.dataset.nothing
    : [answer.title, answer.detail].filter(Boolean).join(" ");
  const list = part.querySelector("ul");
  list.replaceChildren(...(answer.findings ?? []).map((finding) => {
    const item = document.createElement("li");
    const rows = finding.rows?.length ? ` (${list.dataset.rows} ${finding.rows.join(", ")})` : "";
    item.textContent = `${finding.saw}${rows} ${finding.fix}`;
    return item;
  }));
  show("refused");
}

input.addEventListener("change", async () => {
  const file = input.files[0];
  if (!file) return;
  const header = await headerOf(file);
  if (header === null) refuse(file);
  else if (header.trial) show("trial");
  else await send(file);
  input.value = "";
});

box.hidden = false;
