"use strict";

// Nearly every text here is a stranger's. It reaches the page as text nodes only, by make().
const data = JSON.parse(document.getElementById("data").textContent);
const learners = data.names.map((_, learner) => learner);

const ROWS = 100; // of the table drawn at once, so that a large class stays quick
const MISTAKES = 10; // drawn at once
const NAMES = 12; // of a group shown before "and … more"
const OPTIONS = 300; // that a list of mistakes still makes sense with

const KINDS = ["passed", "wrong", "not started", "other"];
const SYMBOLS = {
  passed: "✓",
  wrong: "✗",
  "not started": "–",
  raised: "!",
  timeout: "∞",
  memory: "M",
  crashed: "↯",
  protocol: "⚑",
  unreadable: "∅",
  "grader error": "?",
};

const byId = (id) => document.getElementById(id);
const isOther = (status) => !KINDS.includes(status);
const styleOf = (status) => `is-${status.replace(" ", "-")}`;
const number = (value) => String(Number(value.toFixed(2)));
const people = (count) => `${count} learner${count === 1 ? "" : "s"}`;
const share = (count) => (learners.length ? ` (${Math.round((100 * count) / learners.length)} %)` : "");

// Characters that are not seen, or that move others about: no name may look like another one.
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu;

function visible(text) {
  return text.replace(HIDDEN, (character) => {
    const code = character.codePointAt(0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  });
}

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.map((child) => (typeof child === "string" ? visible(child) : child)));
  return element;
}

function button(text, onclick, properties = {}) {
  return make("button", { type: "button", onclick, ...properties }, text);
}

// Isolated, so that a name written from right to left leaves what is beside it in place.
function nameOf(learner) {
  const name = data.names[learner];
  return make("bdi", { className: "name" }, name.trim() ? name : "(no name)");
}

function linkTo(learner) {
  return make("a", { href: `#learner-${learner + 1}` }, nameOf(learner));
}

function someNames(group, filter) {
  const list = make("span", { className: "names" });
  group.slice(0, NAMES).forEach((learner) => list.append(linkTo(learner), " "));
  const rest = group.length - NAMES;
  list.append(button(rest > 0 ? `and ${rest} more` : "show in the table", () => choose(filter)));
  return list;
}

function scoreOf(learner) {
  const score = data.scores[learner];
  return score !== null ? number(score) : data.problems[learner] ? "unreadable" : "run again";
}

function notesOn(learner) {
  const notes = [];
  if (!data.locked[learner]) notes.push("unlocked");
  if (data.problems[learner]) notes.push("unreadable");
  if (hasStatus(learner, "protocol")) notes.push("protocol");
  return notes.map((note) => make("span", { className: "note" }, note));
}

function hasStatus(learner, status, column = "") {
  const row = data.rows[learner];
  const cells = column === "" ? row : [row[column]];
  return cells.some((cell) => {
    const found = data.cells[cell][0];
    return found === status || (status === "other" && isOther(found));
  });
}

const hasFailure = (learner, failure) =>
  data.rows[learner].some((cell) => data.cells[cell][4] === failure);

// -- the class --------------------------------------------------------------------------------

function drawAttention() {
  const unlocked = learners.filter((learner) => !data.locked[learner]);
  if (unlocked.length) {
    const text = `${people(unlocked.length)} judged without the sandbox: the code ran unlocked, and could have changed its own results.`;
    byId("attention").append(make("p", { className: "banner", role: "alert" }, text));
  }
  const lists = [
    ["Grader errors: run again", { status: "grader error" }],
    ["Protocol: spoke for the judge", { status: "protocol" }],
    ["Unreadable submissions", { where: data.place_names.length - 1 }],
    ["Judged without the sandbox", { where: "unlocked" }],
  ];
  const found = lists
    .map(([title, filter]) => [title, filter, learners.filter((learner) => matches(learner, filter))])
    .filter(([, , group]) => group.length);
  if (!found.length) return;
  const list = make("dl", {});
  for (const [title, filter, group] of found) {
    list.append(
      make("dt", {}, `${title} (${group.length})`),
      make("dd", {}, someNames(group, filter)),
    );
  }
  byId("attention").append(make("section", {}, make("h2", {}, "What needs your attention"), list));
}

function drawOverview() {
  const scored = learners.length - data.no_score - data.unreadable;
  const tiles = [
    ["Submissions", String(learners.length), ""],
    ["Median score", scored ? number(data.median) : "–", ` of ${number(data.most)}`],
    ["Finished", String(data.finished), share(data.finished)],
    ["No score yet", String(data.no_score), share(data.no_score)],
  ];
  for (const [title, value, rest] of tiles) {
    const shown = make("dd", {}, make("b", {}, value), rest);
    byId("tiles").append(make("div", {}, make("dt", {}, title), shown));
  }
  const notes = [];
  if (data.no_score) notes.push("Who has no score yet is left out of the median and of the functions passed.");
  if (data.unreadable) notes.push("Unreadable submissions have no score either.");
  byId("notes").append(notes.join(" "));

  drawBars("where", data.places, (place) =>
    button(data.place_names[place], () => choose({ where: place })));
  drawBars("histogram", data.histogram, String);

  data.stages.forEach((stage, index) => {
    const group = make("tbody", {});
    group.append(countsRow(`${index + 1} ${stage}`, data.stage_counts[index], String));
    group.rows[0].className = "stage";
    data.functions.forEach(([name, at], column) => {
      if (at !== index) return;
      const toFilter = (count, kind) => {
        const filter = { function: column, status: KINDS[kind] };
        const label = `${name}, ${KINDS[kind]}: ${count}`;
        return count ? button(String(count), () => choose(filter), { ariaLabel: label }) : "0";
      };
      group.append(countsRow(name, data.function_counts[column], toFilter));
    });
    byId("stages").append(group);
  });
}

function drawBars(id, counts, label) {
  const longest = Math.max(1, ...counts);
  counts.forEach((count, index) => {
    const bar = make("span", { className: "bar" });
    bar.style.width = `${(100 * count) / longest}%`;
    byId(id).tBodies[0].append(
      make("tr", {}, make("th", { scope: "row" }, label(index)), make("td", {}, bar, ` ${count}`)),
    );
  });
}

function countsRow(title, counts, show) {
  const stack = make("div", { className: "stack" }); // the numbers beside it say the same
  counts.forEach((count, kind) => {
    const part = make("span", { className: styleOf(KINDS[kind]) });
    part.style.flexGrow = count;
    if (count) stack.append(part);
  });
  const row = make("tr", {}, make("th", { scope: "row" }, title), make("td", {}, stack));
  row.append(...counts.map((count, kind) => make("td", {}, show(count, kind))));
  return row;
}

function drawMistakes() {
  const list = byId("mistake-list");
  const from = list.children.length;
  data.failures.slice(from, from + MISTAKES).forEach((failure, index) => {
    list.append(mistakeItem(failure, from + index));
  });
  byId("more-mistakes").hidden = list.children.length === data.failures.length;
  const unknown = data.failures.filter((failure) => failure.same).length;
  byId("unknown").hidden = !unknown;
  byId("unknown").textContent = `${unknown} of them, marked as new, ${unknown === 1 ? "is" : "are"} not in the catalogue: open one for the code, and for an entry to add.`;
  if (!data.failures.length) list.replaceWith(make("p", {}, "No mistakes were found."));
}

function mistakeItem(failure, index) {
  const more = make("details", {}, make("summary", {}, "Example, and who made it"));
  more.ontoggle = () => {
    more.ontoggle = null; // filled once, when it is opened for the first time
    const example = make("dl", { className: "example" });
    example.append(make("dt", {}, "headline"), make("dd", {}, failure.headline));
    for (const [label, text] of failure.lines) {
      example.append(make("dt", {}, label), make("dd", {}, make("code", {}, text)));
    }
    example.append(make("dt", {}, "from"), make("dd", {}, linkTo(failure.example)));
    const group = learners.filter((learner) => hasFailure(learner, index));
    example.append(
      make("dt", {}, "made by"),
      make("dd", {}, someNames(group, { mistake: index })),
    );
    more.append(example);
    if (failure.same) more.append(...entryFor(failure));
  };
  const { title } = failure;
  const head = make(
    "p",
    {},
    button(people(failure.learners), () => choose({ mistake: index }), {
      ariaLabel: `${people(failure.learners)}: ${visible(title)}`,
    }),
    make("code", {}, failure.function),
    failure.mistake ? make("strong", {}, title) : make("span", {}, title),
  );
  if (failure.same) head.append(make("span", { className: "note" }, "new"));
  if (failure.sentence) head.append(make("span", {}, failure.sentence));
  return make("li", {}, head, more);
}

// The code of one of them, and the entry of the catalogue that is made of it.
function entryFor(failure) {
  const found = [];
  if (failure.code) {
    found.push(make("p", {}, "The code of one of them, ", linkTo(failure.written_by)), codeBlock(failure.code));
  }
  if (failure.draft) {
    const file = `${/unnamed_\w+/.exec(failure.draft)[0]}.py`;
    found.push(
      make(
        "p",
        {},
        "To tell all of them what is wrong: read this entry, as it is a learner's code, which will run without the sandbox when you grade. Write one sentence between the empty quotation marks; the name after def is yours to choose. Save it in ",
        make("code", {}, `tests/judge/mistakes/own/${file}`),
        ", and grade again.",
      ),
      codeBlock(failure.draft, "draft"),
    );
  } else {
    found.push(make("p", {}, "No entry can be made of it: it needs more of the submission than this function, or a learner's name is in it."));
  }
  return found;
}

function codeBlock(code, className = "") {
  const block = make("pre", { className: `code ${className}`, tabIndex: 0 });
  block.textContent = code.split("\n").map(visible).join("\n");
  return block;
}

function drawCopies() {
  const list = byId("copies-list");
  const from = list.children.length;
  for (const { learners: group, functions, source } of data.copies.slice(from, from + MISTAKES)) {
    const names = make("span", { className: "names" });
    group.slice(0, NAMES).forEach((learner) => names.append(linkTo(learner), " "));
    if (group.length > NAMES) names.append(`and ${group.length - NAMES} more`);
    const where = source ? ` as in ${source}: ` : " have the same ";
    const last = functions.map((name) => make("code", {}, name));
    list.append(make("li", {}, names, where, ...last.flatMap((code, at) => (at ? [", ", code] : [code]))));
  }
  byId("copies").hidden = !data.copies.length;
  byId("copies").querySelector("summary").textContent = `Show who (${data.copies.length} group${data.copies.length === 1 ? "" : "s"})`;
  byId("more-copies").hidden = list.children.length === data.copies.length;
}

function drawTopics() {
  for (const { learners: helped, text, filter } of data.topics) {
    const count = `${helped} of ${people(learners.length)}`;
    const who = button(count, () => choose(filter), { ariaLabel: `${count} ${visible(text)}` });
    byId("topics").append(make("li", {}, make("p", {}, who, make("span", {}, text))));
  }
  let note = "Ranked by how many learners it would help; where that is equal, earlier stages come first.";
  if (!learners.length) note = "There are no submissions yet.";
  else if (data.finished === learners.length) note = "Nothing stands out: everybody has finished.";
  else if (!data.topics.length) {
    note = `Nothing stands out: nothing would help ${data.least} learners or more at once.`;
  }
  byId("topics-note").append(note);
}

// -- the table --------------------------------------------------------------------------------

const filterForm = byId("filter");
const order = { by: "number", down: false };
let shown = []; // the learners that the filter lets through, in order
let firstRow = 0;

const collator = new Intl.Collator("en", { numeric: true });
const COMPARE = {
  number: (a, b) => a - b,
  name: (a, b) => collator.compare(data.names[a], data.names[b]),
  score: (a, b) => data.scores[a] - data.scores[b],
};

function matches(learner, { text = "", where = "", function: column = "", status = "", mistake = "" }) {
  return (
    (where === "" || (where === "unlocked" ? !data.locked[learner] : data.where[learner] === Number(where))) &&
    (status === "" || hasStatus(learner, status, column)) &&
    (mistake === "" || hasFailure(learner, Number(mistake))) &&
    (text === "" || visible(data.names[learner]).toLowerCase().includes(text.toLowerCase()))
  );
}

// Show the learners whom a filter lets through, and go there.
function choose(filter) {
  filterForm.reset();
  for (const [name, value] of Object.entries(filter)) {
    if (name === "mistake") addMistake(value);
    filterForm.elements[name].value = value;
  }
  refresh();
  byId("learners-heading").focus();
}

function addMistake(index) {
  const select = filterForm.elements.mistake;
  const failure = data.failures[index];
  if ([...select.options].some((option) => option.value === String(index))) return;
  const title = visible(failure.title);
  select.append(new Option(`${failure.function}: ${title}`, index));
}

function refresh() {
  const filter = Object.fromEntries(new FormData(filterForm));
  shown = learners.filter((learner) => matches(learner, filter));
  const sign = order.down ? -1 : 1;
  const unscored = (learner) => order.by === "score" && data.scores[learner] === null;
  shown.sort((a, b) => unscored(a) - unscored(b) || sign * COMPARE[order.by](a, b));
  drawRows(0);
}

function drawRows(from) {
  firstRow = from;
  const page = shown.slice(from, from + ROWS);
  byId("table").tBodies[0].replaceChildren(...page.map(tableRow));
  const rows = page.length < shown.length ? `, rows ${from + 1} to ${from + page.length}` : "";
  byId("count").textContent = `${shown.length} of ${people(learners.length)}${rows}`;
  byId("previous").disabled = from === 0;
  byId("next").disabled = from + ROWS >= shown.length;
}

function tableRow(learner) {
  const row = make(
    "tr",
    {},
    make("td", {}, String(learner + 1)),
    make("th", { scope: "row" }, linkTo(learner)),
    make("td", { className: "score" }, scoreOf(learner)),
    make("td", {}, ...notesOn(learner)),
  );
  data.rows[learner].forEach((cell, column) => {
    const [status, headline] = data.cells[cell];
    const said = `${data.functions[column][0]}: ${status}${headline && `: ${visible(headline)}`}`;
    row.append(make("td", { className: styleOf(status), title: said }, ...symbolAndWord(status)));
  });
  return row;
}

function symbolAndWord(status) {
  return [
    make("span", { ariaHidden: "true" }, SYMBOLS[status]),
    make("span", { className: "for-reader" }, status),
  ];
}

function drawTableHead() {
  const stages = make("tr", {}, make("td", { colSpan: 4 }));
  data.stages.forEach((stage, index) => {
    const width = data.functions.filter(([, at]) => at === index).length;
    stages.append(make("th", { colSpan: width, scope: "colgroup" }, `${index + 1} ${stage}`));
  });
  const names = make("tr", {});
  for (const [by, title] of [["number", "#"], ["name", "Name"], ["score", "Score"]]) {
    const header = make("th", { scope: "col" });
    header.append(button(title, () => sortBy(by, header)));
    if (by === order.by) header.ariaSort = "ascending";
    names.append(header);
  }
  names.append(make("th", { scope: "col" }, "Notes"));
  for (const [name] of data.functions) {
    names.append(make("th", { scope: "col", className: "function" }, make("span", {}, name)));
  }
  byId("table").tHead.append(stages, names);
}

function sortBy(by, header) {
  order.down = order.by === by && !order.down;
  order.by = by;
  for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
  header.ariaSort = order.down ? "descending" : "ascending";
  refresh();
}

function drawControls() {
  const add = (select, text, value) => filterForm.elements[select].append(new Option(text, value));
  data.place_names.forEach((name, place) => add("where", name, place));
  add("where", "judged without the sandbox", "unlocked");
  data.functions.forEach(([name], column) => add("function", name, column));
  Object.keys(SYMBOLS).forEach((status) => add("status", status, status));
  add("status", "other: none of the first three", "other");
  data.failures.slice(0, OPTIONS).forEach((_, index) => addMistake(index));

  for (const [status, symbol] of Object.entries(SYMBOLS)) {
    const sample = make("span", { className: `sample ${styleOf(status)}`, ariaHidden: "true" }, symbol);
    byId("legend").append(make("span", {}, sample, ` ${status}`), " ");
  }
  filterForm.elements.text.oninput = refresh;
  for (const select of filterForm.querySelectorAll("select")) select.onchange = refresh;
  filterForm.onsubmit = (event) => event.preventDefault();
  byId("show-all").onclick = () => choose({});
  byId("previous").onclick = () => drawRows(firstRow - ROWS);
  byId("next").onclick = () => drawRows(firstRow + ROWS);
  byId("more-mistakes").onclick = drawMistakes;
  byId("more-copies").onclick = drawCopies;
}

// -- one learner ------------------------------------------------------------------------------

function drawLearner(learner) {
  const at = shown.indexOf(learner);
  const links = [make("a", { href: "#" }, "← The class")];
  for (const [text, other] of [["Previous", shown[at - 1]], ["Next", at < 0 ? undefined : shown[at + 1]]]) {
    if (other !== undefined) links.push(make("a", { href: `#learner-${other + 1}` }, text));
  }
  byId("learner-links").replaceChildren(...links);
  byId("learner-name").replaceChildren(nameOf(learner));

  const score = data.scores[learner];
  const facts = [
    `Learner ${learner + 1} of ${learners.length}`,
    score === null ? "no score" : `score ${number(score)} of ${number(data.most)}`,
    data.place_names[data.where[learner]],
  ];
  const warnings = [];
  if (!data.locked[learner]) warnings.push("Judged without the sandbox.");
  if (data.problems[learner]) warnings.push(`Could not be read: ${data.problems[learner]}`);
  if (hasStatus(learner, "protocol")) warnings.push("The code tried to speak for the judge.");
  warnings.push(...data.notes[learner]);
  if (score === null && !data.problems[learner]) warnings.push("The grader itself failed: run it again for this submission.");
  byId("learner-facts").replaceChildren(
    make("p", { className: "quiet" }, facts.join(" · ")),
    ...warnings.map((text) => make("p", { className: "banner" }, text)),
  );

  const lines = data.report_lines[data.reports[learner]];
  byId("report").textContent = lines.map((line) => visible(data.lines[line])).join("\n");

  byId("learner-functions").tBodies[0].replaceChildren(
    ...data.rows[learner].map((cell, column) => {
      const [name, stage, points] = data.functions[column];
      const [status, headline, tests, passed] = data.cells[cell];
      return make(
        "tr",
        {},
        make("td", {}, data.stages[stage]),
        make("th", { scope: "row" }, name),
        make("td", {}, number(points)),
        make("td", { className: styleOf(status) }, `${SYMBOLS[status]} ${status}`),
        make("td", {}, `${passed} of ${tests}`),
        make("td", {}, headline),
      );
    }),
  );
}

// -- which of the two is seen -----------------------------------------------------------------

let scrolled = 0; // where the class was left

function route() {
  const learner = Number(/^#learner-(\d{1,9})$/.exec(location.hash)?.[1] ?? 0) - 1;
  const opened = learner in data.names;
  const left = !byId("class").hidden;
  if (opened && left) scrolled = scrollY;
  byId("class").hidden = opened;
  byId("learner").hidden = !opened;
  if (opened) {
    drawLearner(learner);
    byId("learner-name").focus(); // which brings it into view
  } else if (!left) {
    scrollTo(0, scrolled);
  }
}

drawAttention();
drawOverview();
drawMistakes();
drawTopics();
drawCopies();
drawTableHead();
drawControls();
refresh();
route();
addEventListener("hashchange", route);
