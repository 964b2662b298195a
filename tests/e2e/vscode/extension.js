// A generic LSP client in VS Code, stock but for reading its settings: what any user of the
// extension that editor-clients/README.md names would get. No middleware.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async () => {
  const settings = vscode.workspace.getConfiguration("glspc.server");
  const env = { ...process.env, ...settings.get("environmentVariables") };
  const server = {
    command: settings.get("command"),
    args: settings.get("commandArguments"),
    options: { env, cwd: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath },
  };
  const documentSelector = settings.get("languageId").map((language) => ({ language }));
  const initializationOptions = settings.get("initializationOptions");
  client = new LanguageClient("glspc", "Generic LSP Client", server, {
    documentSelector,
    initializationOptions,
  });
  await client.start();
};

exports.deactivate = () => client?.stop();
