"use strict";

const el = id => document.getElementById(id);
const canvas = el("picture"), pen = canvas.getContext("2d", {alpha: false});
const token = location.hash.slice(1);
const upright = matchMedia("(max-aspect-ratio: 4/5)"), bright = matchMedia("(prefers-color-scheme: light)");
const patience = 12000; // ms without news after which the connection counts as lost; the server says something every 5 s

// What a person sees of the connection.

function say(state, text) {
  el("state").dataset.state = state;
  el("state").lastElementChild.textContent = text;
}

function notice(head, text) {
  document.body.classList.toggle("lost", !!head);
  el("notice").hidden = !head;
  el("notice").firstElementChild.textContent = head || "";
  el("notice").lastElementChild.textContent = text || "";
}

let recent = []; // when the frames of the last two seconds came
function tick() {
  if (!stream.open) return;
  const now = performance.now();
  recent = recent.filter(t => now - t < 2000);
  if (recent.length > 1) say("live", Math.round((recent.length - 1) * 1000 / (now - recent[0])) + " frames/s");
  else if (now - stream.since < 2000) say("wait", "connected");
  else say("still", "standing still");
}
setInterval(tick, 500);

// The picture comes in tiles.

let tile = 32, cells, cell;

function resize(width, height, side) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.hidden = true; // until there is a frame
  }
  tile = side;
  cell = new ImageData(side, side);
  cells = new Uint32Array(cell.data.buffer);
  fit();
}

// fit shows the picture as large as there is room for, in whole multiples of the screen's pixels if that comes near.
function fit() {
  const stage = el("stage"), style = getComputedStyle(stage), ratio = devicePixelRatio || 1;
  const w = (stage.clientWidth - 2 * parseFloat(style.paddingLeft)) * ratio;
  const h = (stage.clientHeight - 2 * parseFloat(style.paddingTop)) * ratio;
  const most = Math.max(Math.min(w / canvas.width, h / canvas.height), 0.1), whole = Math.floor(most);
  const scale = whole >= 0.75 * most ? whole : most;
  canvas.classList.toggle("crisp", scale === whole);
  canvas.style.width = canvas.width * scale / ratio + "px";
  canvas.style.height = canvas.height * scale / ratio + "px";
}
new ResizeObserver(fit).observe(el("stage"));

function frame(data) {
  const text = atob(data), bytes = new Uint8Array(text.length), cols = Math.ceil(canvas.width / tile);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  for (let i = 0; i + 4 <= bytes.length;) {
    const at = bytes[i] << 8 | bytes[i + 1], length = bytes[i + 2] << 8 | bytes[i + 3];
    const x = at % cols * tile, y = Math.floor(at / cols) * tile;
    const w = Math.min(tile, canvas.width - x), h = Math.min(tile, canvas.height - y);
    decode(bytes, i + 4, w, h);
    pen.putImageData(cell, x, y, 0, 0, w, h);
    i += 4 + length;
  }
  canvas.hidden = false;
  recent.push(performance.now());
}

// decode unpacks the pixels of a tile: those of the Quite OK Image Format, but that 255 says how many rows are like the one above.
const seen = new Uint32Array(64);
function decode(b, i, w, h) {
  seen.fill(0);
  let r = 0, g = 0, bl = 0, px = 0xff000000, run = 0;
  for (let y = 0; y < h; y++) {
    if (run === 0 && b[i] === 0xff) {
      for (let n = b[i + 1]; n > 0; n--, y++) cells.copyWithin(y * tile, (y - 1) * tile, (y - 1) * tile + w);
      i += 2;
      if (y === h) return;
    }
    for (let at = y * tile, end = at + w; at < end; at++) {
      if (run > 0) {
        run--;
      } else {
        const op = b[i++];
        if (op === 0xfe) {
          r = b[i++];
          g = b[i++];
          bl = b[i++];
        } else if (op >= 0xc0) {
          run = op & 63;
        } else if (op >= 0x80) {
          const dg = (op & 63) - 32, more = b[i++];
          r = r + dg + (more >> 4) - 8 & 255;
          g = g + dg & 255;
          bl = bl + dg + (more & 15) - 8 & 255;
        } else if (op >= 0x40) {
          r = r + (op >> 4 & 3) - 2 & 255;
          g = g + (op >> 2 & 3) - 2 & 255;
          bl = bl + (op & 3) - 2 & 255;
        } else {
          px = seen[op];
          r = px & 255;
          g = px >> 8 & 255;
          bl = px >> 16 & 255;
        }
        px = (0xff000000 | bl << 16 | g << 8 | r) >>> 0;
        seen[(r * 3 + g * 5 + bl * 7 + 255 * 11) & 63] = px;
      }
      cells[at] = px;
    }
  }
}

// The stream of frames. fetch reads it, because EventSource could send the token only as part of an address.

const stream = {open: false, since: 0, stop: null, wait: 500, timer: 0};
let theme = ""; // that the person chose

function query() {
  const q = [];
  if (upright.matches) q.push("tall");
  if (theme) q.push(theme);
  else if (bright.matches) q.push("light");
  return q.length ? "?" + q.join("&") : "";
}

async function follow() {
  clearTimeout(stream.timer);
  stream.stop?.abort();
  const stop = stream.stop = new AbortController();
  let watchdog = 0, head = "Connection lost", text = "Trying again by itself.";
  const alive = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => stop.abort(), patience);
  };
  try {
    alive();
    const answer = await fetch("/frames" + query(), {headers: {Authorization: "Bearer " + token}, cache: "no-store", signal: stop.signal});
    if (answer.ok) {
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const {done, value} = await reader.read();
        if (done) break;
        alive();
        const events = (rest + value).split("\n\n");
        rest = events.pop();
        if (events.some(event => take(event))) [head, text] = ["The program has ended", "Start it again to go on watching."];
      }
    } else if (answer.status === 401) {
      [head, text] = ["The token is missing or wrong", "Open the whole address that the program printed, with what follows the #."];
    } else if (answer.status === 503) {
      [head, text] = ["There are too many viewers", "Trying again by itself."];
    }
  } catch {
    // it is lost, as said
  }
  clearTimeout(watchdog);
  if (stop !== stream.stop) return; // another has taken over
  stream.open = false;
  say("lost", "not connected");
  notice(head, text);
  stream.timer = setTimeout(follow, stream.wait);
  stream.wait = Math.min(stream.wait * 1.6, 5000);
}

// take does what an event says, and reports whether it was the last.
function take(event) {
  let kind = "", data = "";
  for (const line of event.split("\n")) {
    if (line.startsWith("event: ")) kind = line.slice(7);
    if (line.startsWith("data: ")) data = line.slice(6);
  }
  if (kind === "hello") hello(JSON.parse(data));
  else if (kind === "end") return true;
  else if (data) frame(data);
  return false;
}

function hello(h) {
  stream.open = true;
  stream.since = performance.now();
  stream.wait = 500;
  document.title = el("title").textContent = h.title;
  document.documentElement.dataset.theme = h.light ? "light" : "dark";
  notice();
  buttons(h.help);
  resize(h.width, h.height, h.tile);
  tick();
}

// Nobody draws for those who do not look.
document.onvisibilitychange = () => {
  if (!document.hidden) return void follow();
  clearTimeout(stream.timer);
  const old = stream.stop;
  stream.stop = null;
  stream.open = false;
  old?.abort();
};
upright.onchange = bright.onchange = () => document.hidden || follow();
el("theme").onclick = e => {
  theme = document.documentElement.dataset.theme === "light" ? "dark" : "light";
  if (e.detail) e.target.closest("button").blur();
  follow();
};

// Keys go one request after the other, so that they arrive in their order.

let pending = [], sending = false;

async function press(key) {
  if (pending.length < 64) pending.push(key);
  if (sending) return;
  sending = true;
  while (pending.length) {
    const keys = pending;
    pending = [];
    try {
      await fetch("/keys", {
        method: "POST", headers: {Authorization: "Bearer " + token, "Content-Type": "application/json"}, body: JSON.stringify(keys),
      });
    } catch {
      // the stream says that the connection is lost
    }
  }
  sending = false;
}

function label(name) {
  const kbd = document.createElement("kbd");
  kbd.textContent = name;
  return kbd;
}

let shownKeys = "";
function buttons(help) {
  if (JSON.stringify(help) === shownKeys) return;
  shownKeys = JSON.stringify(help);
  el("keys").replaceChildren(...help.map(k => {
    const b = document.createElement("button");
    b.type = "button";
    b.dataset.key = k.key;
    b.append(label(k.name), k.about);
    b.onclick = e => {
      if (e.detail) b.blur(); // a click leaves the keyboard to the picture
      press(k.key);
    };
    return b;
  }));
  el("keys").hidden = help.length === 0;
}

const named = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Enter", "Escape"];
document.onkeydown = e => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
  if (e.key !== " " && [...e.key].length !== 1 && !named.includes(e.key)) return;
  if ((e.key === " " || e.key === "Enter") && e.target.closest("button")) return; // presses the button
  e.preventDefault();
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
  for (const b of el("keys").children) {
    if (b.dataset.key !== key) continue;
    b.classList.add("down");
    setTimeout(() => b.classList.remove("down"), 150);
  }
  press(key);
};

document.documentElement.dataset.theme = bright.matches ? "light" : "dark";
if (token) follow();
else {
  say("lost", "not connected");
  notice("The token is missing", "Open the whole address that the program printed, with what follows the #.");
}
window.onhashchange = () => location.reload();
