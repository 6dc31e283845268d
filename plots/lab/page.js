// Tells the server what is set, and shows what it says. `said` and `shown` are in both places.
const form = document.getElementById("lab")
const last = {}
let count = 0
const say = (what) => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "yes" : ""
  said.values = {...Object.fromEntries(new FormData(form)), what, dark, count: `${++count}`}
}
const show = () => {
  for (const [part, html] of Object.entries(shown.parts)) {
    if (last[part] === html) continue // what has the focus keeps it
    for (const element of document.querySelectorAll(part)) element.innerHTML = html
    last[part] = html
  }
  for (const [name, value] of Object.entries(shown.values)) form.elements[name].value = value
}
form.addEventListener("input", (event) => say(event.target.name))
form.addEventListener("submit", (event) => event.preventDefault())
form.addEventListener("click", (event) => event.target.name === "do" && say(event.target.value))
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => say("dark"))
shown.properties.parts.change.connect(show)
shown.properties.values.change.connect(show)
show()
say("hello")
