// Keys go to the screen as soon as it hears them, without a click before.
addEventListener("load", () => {
  const terminal = document.getElementById("terminal");
  const focus = () => terminal.classList.contains("-connected") && terminal.querySelector("textarea").focus();
  new MutationObserver(focus).observe(terminal, { attributeFilter: ["class"] });
});
