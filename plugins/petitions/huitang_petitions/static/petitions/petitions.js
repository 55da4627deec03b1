// Printing and copying a look-up code, and taking it from a QR code: what follows the # never leaves the browser.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    document.getElementById("live").textContent = button.dataset.copied;
    button.lastChild.textContent = button.dataset.copied;
  });
}
const code = document.querySelector("[data-code]");
if (code && !code.value && location.hash.length > 10) {
  code.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
}
