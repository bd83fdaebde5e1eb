// Passkeys: a form with data-passkey="make" or "use" and data-options (JSON) is filled in by the
// browser's own dialogue, and sent. Without it the form says that this browser cannot.
(function () {
  "use strict";

  function bytes(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (c) => c.charCodeAt(0));
  }

  function text(buffer) {
    const plain = Array.from(new Uint8Array(buffer), (b) => String.fromCharCode(b)).join("");
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function read(options) {
    const known = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));
    const asked = { ...options, challenge: bytes(options.challenge) };
    if (options.user) asked.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) asked.excludeCredentials = known(options.excludeCredentials);
    if (options.allowCredentials) asked.allowCredentials = known(options.allowCredentials);
    return asked;
  }

  function answer(credential) {
    const given = credential.response;
    const said = { clientDataJSON: text(given.clientDataJSON) };
    if (given.attestationObject) said.attestationObject = text(given.attestationObject);
    if (given.authenticatorData) said.authenticatorData = text(given.authenticatorData);
    if (given.signature) said.signature = text(given.signature);
    const id = text(credential.rawId);
    return JSON.stringify({ id, rawId: id, type: credential.type, response: said });
  }

  async function fill(form) {
    const publicKey = read(JSON.parse(form.dataset.options));
    const credentials = navigator.credentials;
    const made = form.dataset.passkey === "make"
      ? await credentials.create({ publicKey })
      : await credentials.get({ publicKey });
    form.querySelector("[data-answer]").value = answer(made);
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const problem = form.querySelector("[data-problem]");
      problem.hidden = true;
      try {
        await fill(form);
      } catch {
        problem.hidden = false;
        return;
      }
      form.submit();
    });
  }
})();
