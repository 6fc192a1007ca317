// Keys press the buttons that are there; without this script everything still works.
const pressed = {l: "#later", arrowright: "#later", u: "#undo button", backspace: "#undo button"};

addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const key = event.key.toLowerCase();
  const target = /^\d$/.test(key)
    ? document.querySelector(`#labels button[accesskey="${key}"]`)
    : document.querySelector(pressed[key] ?? "#nothing");
  if (target) {
    event.preventDefault();
    target.click();
  }
});
