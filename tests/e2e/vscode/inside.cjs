// Runs inside VS Code's extension host: answers the driver's questions, one JSON line each.
//
// What a user does with keys and the mouse is done in the browser (browser.mjs), not here.

const net = require("node:net");
const readline = require("node:readline");
const vscode = require("vscode");

let editor;

const answers = {
  async open({ path }) {
    editor = await vscode.window.showTextDocument(vscode.Uri.file(path), { preview: false });
  },
  select({ first, last }) {
    const end = last > first ? editor.document.lineAt(last - 1).range.end.character : 0;
    editor.selection = new vscode.Selection(first - 1, 0, last - 1, end);
  },
  // How many actions of this kind the server offers at the selection.
  async offered({ kind }) {
    const asked = ["vscode.executeCodeActionProvider", editor.document.uri, editor.selection, kind];
    return (await vscode.commands.executeCommand(...asked)).length;
  },
  // As from a key binding.
  command: ({ command, given }) => vscode.commands.executeCommand(command, given),
  text: () => editor.document.getText(),
  // The texts of all open documents whose names end so.
  texts: ({ suffix }) =>
    vscode.workspace.textDocuments
      .filter((document) => document.uri.path.endsWith(suffix))
      .map((document) => document.getText()),
};

exports.run = () =>
  new Promise((done) => {
    const socket = net.connect(process.env.PENNA_E2E_SOCKET);
    const lines = readline.createInterface({ input: socket });
    lines.on("line", async (line) => {
      const { ask, ...given } = JSON.parse(line);
      let answer;
      try {
        answer = { result: (await answers[ask](given)) ?? null };
      } catch (error) {
        answer = { error: String(error?.stack ?? error) };
      }
      socket.write(JSON.stringify(answer) + "\n");
    });
    socket.on("close", done);
  });
