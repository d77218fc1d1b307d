// Links the passages of each view: jumps, keys, and the lines between partners. Without it, the numbers are plain links.

const SVG = "http://www.w3.org/2000/svg";
const ONE_LINE = 24; // pixels
const LEAST_TELLING = 5; // letters of a word that a thread is drawn for
const MOST_THREADS = 200;
const KEYS = { n: 1, p: -1, ArrowRight: 1, ArrowLeft: -1 };

class View {
  constructor(root) {
    this.root = root;
    this.current = 0;
    this.side = "a";
    this.sides = root.querySelector(".sides");
    this.links = root.querySelector(".links");
    this.status = root.querySelector("[role=status]");
    this.panes = { a: root.querySelector(".pane.a"), b: root.querySelector(".pane.b") };
    this.seen = { a: root.querySelector("[data-side=a]"), b: root.querySelector("[data-side=b]") };
    this.passages = new Map();
    this.threads = [];
    for (const item of root.querySelectorAll("li[data-passage]")) {
      const number = Number(item.dataset.passage);
      const path = this.links.appendChild(document.createElementNS(SVG, "path"));
      path.dataset.passage = number;
      const [a, b] = [{ marks: [] }, { marks: [] }];
      this.passages.set(number, { item, path, a, b });
    }
    for (const band of root.querySelectorAll(".band")) {
      const passage = this.passages.get(Number(band.dataset.passage));
      passage.band = band;
      passage.path.classList.add(...band.classList);
    }
    for (const [side, pane] of Object.entries(this.panes)) {
      for (const number of pane.querySelectorAll("a.number")) {
        this.passages.get(numberOf(number.id))[side].number = number;
      }
      for (const mark of pane.querySelectorAll("mark")) {
        for (const number of numbersOf(mark)) this.passages.get(number)[side].marks.push(mark);
      }
      pane.addEventListener("scroll", () => this.redraw(), { passive: true });
    }
    root.querySelector(".controls").hidden = false;
    this.summary = this.status.textContent;
    root.addEventListener("click", (event) => this.clicked(event));
    root.addEventListener("focusin", (event) => this.focused(event));
    const resized = new ResizeObserver(() => this.measure());
    for (const pane of Object.values(this.panes)) {
      resized.observe(pane);
      resized.observe(pane.firstElementChild);
    }
  }

  // Where each passage stands in its pane, from the top of its text. Nothing of a view that is folded.
  measure() {
    if (!this.sides.checkVisibility()) return;
    const bar = `${this.root.querySelector(".bar").offsetHeight}px`;
    if (this.root.style.getPropertyValue("--bar") !== bar) this.root.style.setProperty("--bar", bar);
    for (const side of Object.keys(this.panes)) {
      const origin = this.origin(side);
      for (const passage of this.passages.values()) {
        const { number, marks } = passage[side];
        const first = extent(number, origin);
        const last = marks.length ? extent(marks[marks.length - 1], origin) : first;
        passage[side].top = first.top;
        passage[side].bottom = Math.max(first.bottom, last.bottom);
      }
    }
    this.measured = true;
    this.weave();
    this.redraw();
  }

  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  // A band from partner to partner where the panes stand side by side, a bracket where one stands above the other.
  draw() {
    if (!this.measured || !this.sides.checkVisibility()) return;
    const box = this.links.getBoundingClientRect();
    const places = {};
    for (const [side, pane] of Object.entries(this.panes)) {
      const top = pane.getBoundingClientRect().top - box.top;
      places[side] = { top, height: pane.clientHeight, scrolled: pane.scrollTop };
      this.seen[side].setAttribute("x", (1000 * pane.scrollTop) / pane.scrollHeight);
      this.seen[side].setAttribute("width", (1000 * pane.clientHeight) / pane.scrollHeight);
    }
    const stacked = places.b.top >= places.a.top + places.a.height;
    for (const [number, passage] of this.passages) {
      const a = shown(passage.a, places.a);
      const b = shown(passage.b, places.b);
      const drawn = number === this.current || a.within || b.within;
      passage.path.toggleAttribute("hidden", !drawn);
      if (!drawn) continue;
      passage.path.classList.toggle("away", !(a.within && b.within));
      passage.path.setAttribute("d", stacked ? bracket(a, b, box.width) : band(a, b, box.width));
    }
    for (const { a, b, path } of this.threads) {
      const [from, to] = [shown(a, places.a), shown(b, places.b)];
      path.toggleAttribute("hidden", stacked || !(from.within && to.within));
      path.setAttribute("d", thread(from, to, box.width));
    }
    this.links.classList.toggle("stacked", stacked);
  }

  // Links the telling words that the chosen passage has once on either side: how its content was moved about.
  weave() {
    for (const { path } of this.threads) path.remove();
    this.threads = [];
    const passage = this.passages.get(this.current);
    if (!passage) return;
    const [inA, inB] = [placesOfWords(passage.a.marks), placesOfWords(passage.b.marks)];
    const linked = new Map();
    for (const [word, a] of inA) {
      const b = inB.get(word);
      if (a && b) linked.set(a, b);
    }
    const [topA, topB] = [this.origin("a"), this.origin("b")];
    for (const [a, b] of [...linked].slice(0, MOST_THREADS)) {
      const path = this.links.appendChild(document.createElementNS(SVG, "path"));
      path.classList.add("thread");
      this.threads.push({ a: extent(a, topA), b: extent(b, topB), path });
    }
  }

  // Where the text of a pane begins, on the screen.
  origin(side) {
    const pane = this.panes[side];
    return pane.getBoundingClientRect().top - pane.scrollTop;
  }

  // Chooses a passage. Its partner is brought beside it: `from` is the side that stays, if there it is in sight. Where the
  // reader pointed at a word of it, `at`, what answers to that word is brought beside it.
  choose(number, from, at) {
    const passage = this.passages.get(number);
    if (!passage) return;
    this.mark(false);
    this.current = number;
    this.mark(true);
    this.measure();
    this.status.textContent = `${number} of ${this.passages.size}: ${passage.item.dataset.words}`;
    this.sides.scrollIntoView({ block: "nearest" });
    const stays = from ?? "a";
    const pane = this.panes[stays];
    const moving = this.panes[other(stays)];
    if (at) {
      moving.scrollTo({ top: this.answering(passage, stays, at) - at.y });
    } else {
      let offset = passage[stays].top - pane.scrollTop;
      if (!from || offset < 0 || offset > pane.clientHeight - ONE_LINE) {
        offset = Math.min(pane.clientHeight / 4, passage[stays].top);
        pane.scrollTo({ top: passage[stays].top - offset });
      }
      const room = Math.min(offset, moving.clientHeight / 2);
      moving.scrollTo({ top: passage[other(stays)].top - room });
    }
    this.redraw();
  }

  // The place in the other text of what answers to the word that the reader pointed at: the same words, if the partner has
  // them, else what stands as far into the passage.
  answering(passage, side, at) {
    const own = passage[side];
    const partner = passage[other(side)];
    const share = (at.y + this.panes[side].scrollTop - own.top) / (own.bottom - own.top);
    const expected = partner.top + share * (partner.bottom - partner.top);
    const twin = at.words && this.twin(at.words, partner, this.origin(other(side)), expected);
    if (!twin) return expected;
    at.words.classList.add("same");
    twin.words.classList.add("same");
    return twin.top;
  }

  // Of the words that both sides have, those on the partner's that share most with these; of several, the nearest.
  twin(words, partner, origin, expected) {
    const wanted = new Set(wordsOf(words));
    let best;
    for (const mark of partner.marks) {
      for (const candidate of mark.querySelectorAll("b")) {
        const shared = wordsOf(candidate).filter((word) => wanted.has(word)).join("").length;
        if (!shared || shared < best?.shared) continue;
        const { top } = extent(candidate, origin);
        const distance = Math.abs(top - expected);
        if (shared > (best?.shared ?? 0) || distance < best.distance) {
          best = { words: candidate, top, shared, distance };
        }
      }
    }
    return best;
  }

  clear() {
    this.mark(false);
    this.current = 0;
    this.weave();
    this.status.textContent = this.summary;
    this.redraw();
  }

  mark(on) {
    for (const words of this.sides.querySelectorAll("b.same")) words.classList.remove("same");
    const passage = this.passages.get(this.current);
    if (!passage) return;
    const { a, b, item, path, band } = passage;
    for (const each of [a.number, b.number, ...a.marks, ...b.marks, item, path, band]) {
      each.classList.toggle("current", on);
    }
    if (!on) return;
    // What is chosen lies above what it crosses.
    path.parentNode.append(path);
    this.seen.a.before(band.parentNode);
  }

  step(by) {
    const count = this.passages.size;
    const next = this.current ? ((this.current - 1 + by + count) % count) + 1 : by > 0 ? 1 : count;
    this.choose(next);
  }

  focus(side) {
    this.passages.get(this.current)?.[side].number.focus({ preventScroll: true });
  }

  focused(event) {
    View.last = this;
    const pane = event.target.closest(".pane");
    if (pane) this.side = pane === this.panes.b ? "b" : "a";
  }

  clicked(event) {
    View.last = this;
    const button = event.target.closest("[data-step]");
    if (button) return this.step(Number(button.dataset.step));
    const link = event.target.closest("a[href]");
    if (link) {
      const target = document.getElementById(link.getAttribute("href").slice(1));
      if (!target) return undefined;
      event.preventDefault();
      const side = this.panes.b.contains(target) ? "b" : "a";
      this.choose(numberOf(target.id), link.classList.contains("number") ? other(side) : undefined);
      if (!link.closest("svg")) this.focus(side);
      return undefined;
    }
    const path = event.target.closest("path[data-passage]");
    if (path) return this.choose(Number(path.dataset.passage));
    const mark = event.target.closest("mark[data-passages]");
    if (mark && getSelection().isCollapsed) {
      const numbers = numbersOf(mark);
      const next = numbers[(numbers.indexOf(this.current) + 1) % numbers.length];
      const side = this.panes.a.contains(mark) ? "a" : "b";
      const words = event.target.closest("b");
      const y = words ? words.getBoundingClientRect().top : event.clientY;
      this.choose(next, side, { words, y: y - this.panes[side].getBoundingClientRect().top });
    }
    return undefined;
  }
}

function other(side) {
  return side === "a" ? "b" : "a";
}

function extent(element, origin) {
  const { top, bottom } = element.getBoundingClientRect();
  return { top: top - origin, bottom: bottom - origin };
}

// The words of a passage that tell something, each with the shaded words that it is among; null if it stands more than once.
function placesOfWords(marks) {
  const places = new Map();
  for (const mark of marks) {
    for (const shaded of mark.querySelectorAll("b")) {
      for (const word of wordsOf(shaded)) {
        if (word.length >= LEAST_TELLING || /\p{N}/u.test(word)) places.set(word, places.has(word) ? null : shaded);
      }
    }
  }
  return places;
}

function wordsOf(element) {
  return element.textContent.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function numberOf(id) {
  return Number(id.match(/\d+$/)[0]);
}

function numbersOf(mark) {
  return mark.dataset.passages.split(" ").map(Number);
}

// A passage's place beside its pane, as far as it is in sight, and whether any of it is.
function shown(passage, place) {
  const top = passage.top - place.scrolled;
  const bottom = passage.bottom - place.scrolled;
  const within = bottom > 0 && top < place.height;
  const bound = (y) => place.top + Math.min(Math.max(y, 0), place.height);
  return { top: bound(top), bottom: bound(bottom), within };
}

function band(a, b, width) {
  const half = width / 2;
  return (
    `M0 ${a.top}C${half} ${a.top} ${half} ${b.top} ${width} ${b.top}V${b.bottom}` +
    `C${half} ${b.bottom} ${half} ${a.bottom} 0 ${a.bottom}Z`
  );
}

function thread(a, b, width) {
  const from = (a.top + a.bottom) / 2;
  const to = (b.top + b.bottom) / 2;
  return `M0 ${from}C${width / 2} ${from} ${width / 2} ${to} ${width} ${to}`;
}

function bracket(a, b, width) {
  const from = (a.top + a.bottom) / 2;
  const to = (b.top + b.bottom) / 2;
  return `M0 ${from}C${width * 1.3} ${from} ${width * 1.3} ${to} 0 ${to}`;
}

const views = [...document.querySelectorAll(".view")]
  .filter((root) => root.querySelector("li[data-passage]"))
  .map((root) => new View(root));

// The view that keys are for: the one last used, else the first in sight.
function active() {
  const open = views.filter((view) => view.sides.checkVisibility());
  return open.includes(View.last) ? View.last : open[0];
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
  const number = event.target.closest?.("a.number");
  if (event.key === " " && number) {
    event.preventDefault();
    number.click();
    return;
  }
  const view = active();
  if (!view || !view.root.querySelector(".keys").checked) return;
  if (event.key === "Escape") view.clear();
  const by = KEYS[event.key];
  if (by) {
    event.preventDefault();
    view.step(by);
    view.focus(view.side);
  }
});

// An address that ends with a passage chooses it.
function follow() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  const view = target && views.find((each) => each.root.contains(target));
  if (!view || !target.matches("a.number")) return;
  const details = view.root.closest("details");
  if (details) details.open = true;
  view.choose(numberOf(target.id));
}

addEventListener("hashchange", follow);
document.documentElement.classList.add("scripted");
follow();
