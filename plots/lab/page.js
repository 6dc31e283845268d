// Tells the server what is set, and shows what it says. `said` and `shown` are in both places.
const form = document.getElementById("lab")
const last = {}
let count = 0
const say = (what) => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "yes" : ""
  said.values = {...Object.fromEntries(new FormData(form)), what, dark, count: `${++count}`}
}
const replace = (element, html) => {
  const {name, value} = document.activeElement
  const inside = element !== document.activeElement && element.contains(document.activeElement)
  element.innerHTML = html
  if (!inside) return
  // the focus goes to the same control, or to one that is near
  const controls = [...element.querySelectorAll("input, select, button")]
  const same = controls.find((one) => one.name === name && one.value === value)
  const near = same ?? controls.find((one) => one.checked) ?? controls[0]
  near?.focus({preventScroll: true})
}
const fill = () => {
  for (const [part, html] of Object.entries(shown.parts)) {
    if (last[part] === html) continue
    for (const element of document.querySelectorAll(part)) replace(element, html)
    last[part] = html
  }
}
const set = () => {
  for (const [name, value] of Object.entries(shown.values)) form.elements[name].value = value
}
const frame = () => {
  for (const {name, x_range, y_range} of Bokeh.documents[0].roots()) {
    const [left, right, bottom, top] = shown.ranges[name] ?? []
    if (left === undefined) continue
    x_range.setv({start: left, end: right, reset_start: left, reset_end: right}, {sync: false})
    y_range.setv({start: bottom, end: top, reset_start: bottom, reset_end: top}, {sync: false})
  }
}
form.addEventListener("input", (event) => say(event.target.name))
form.addEventListener("submit", (event) => event.preventDefault())
form.addEventListener("click", (event) => event.target.name === "do" && say(event.target.value))
addEventListener("pageshow", (event) => event.persisted && location.reload()) // back again: its session is over
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => say("dark"))
shown.properties.parts.change.connect(fill)
shown.properties.values.change.connect(set)
shown.properties.ranges.change.connect(frame)
fill()
frame()
say("hello")
