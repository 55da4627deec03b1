// The entry desk by keyboard: Ctrl+Enter registers, Alt+1 to Alt+5 choose the channel; the telephone is where one begins.
const desk = document.querySelector("[data-desk]");
if (desk) {
  const channels = desk.querySelectorAll("input[name=channel]");
  desk.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) {
      event.preventDefault();
      desk.requestSubmit();
    }
    const place = event.altKey ? Number(event.key) - 1 : -1;
    if (channels[place]) {
      event.preventDefault();
      channels[place].checked = true;
      document.getElementById("phone").focus();
    }
  });
  // On a telephone the keys would cover the page, which begins at its top there.
  if (!document.querySelector(".ht-errors") && !matchMedia("(pointer: coarse)").matches) document.getElementById("phone").focus();
}
