// Passkeys: asks the authenticator what the page's form says, puts its answer in and sends it.

const bytesOf = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
};

const textOf = (buffer) => {
  if (!buffer) return "";
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

const withBytes = (credentials = []) =>
  credentials.map((credential) => ({ ...credential, id: bytesOf(credential.id) }));

async function create(options) {
  const key = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytesOf(options.challenge),
      user: { ...options.user, id: bytesOf(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
    },
  });
  return {
    id: key.id,
    rawId: textOf(key.rawId),
    type: key.type,
    extensions: JSON.stringify(key.getClientExtensionResults()),
    response: {
      attestationObject: textOf(key.response.attestationObject),
      clientDataJSON: textOf(key.response.clientDataJSON),
      transports: key.response.getTransports ? key.response.getTransports() : null,
    },
  };
}

async function get(options) {
  const proof = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytesOf(options.challenge),
      allowCredentials: withBytes(options.allowCredentials),
    },
  });
  return {
    id: proof.id,
    rawId: textOf(proof.rawId),
    type: proof.type,
    response: {
      authenticatorData: textOf(proof.response.authenticatorData),
      clientDataJSON: textOf(proof.response.clientDataJSON),
      signature: textOf(proof.response.signature),
      userHandle: textOf(proof.response.userHandle),
    },
  };
}

const ceremonies = { create, get };

function say(form, text) {
  const line = document.createElement("p");
  line.className = "field-error";
  line.textContent = text;
  form.querySelector("[data-passkey-status]").replaceChildren(line);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    say(form, form.dataset.unsupported);
    continue;
  }
  ceremonies[form.dataset.passkey](JSON.parse(form.dataset.options))
    .then((answer) => {
      form.elements.credential.value = JSON.stringify(answer);
      form.submit();
    })
    .catch(() => say(form, form.dataset.failed));
}
