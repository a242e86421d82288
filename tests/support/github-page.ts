import type { Account } from "./github-switches";

/** The question GitHub asks. A real one knows its visitor by a cookie; here one chooses, so that tests can run side by side. */
export function authorizePage(asked: URLSearchParams, accounts: readonly Account[], current: Account): string {
  const fields = [...asked]
    .filter(([name]) => name !== "login")
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`);
  const chosen = asked.get("login") ?? current.login;
  const options = accounts.map(({ login }) => `<option${login === chosen ? " selected" : ""}>${escapeHtml(login)}</option>`);
  return `<!doctype html>
<html lang="en">
<title>Authorize application</title>
<body style="font: 16px system-ui; max-width: 24rem; margin: 4rem auto">
<h1>Authorize Foyer</h1>
<p>It wants to access: ${escapeHtml(asked.get("scope") ?? "nothing")}.</p>
<form method="post">
${fields.join("\n")}
<p><label>Signed in as <select name="login">${options.join("")}</select></label></p>
<button name="decision" value="cancel">Cancel</button>
<button name="decision" value="authorize">Authorize</button>
</form>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
