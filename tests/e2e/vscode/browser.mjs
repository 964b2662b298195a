// Chromium before VS Code's web page: keys and clicks, one JSON line each on stdin.
//
// Usage: node browser.mjs CHROMIUM URL; playwright-core is found from the working directory.

import { createRequire } from "node:module";
import readline from "node:readline";

const { chromium } = createRequire(process.cwd() + "/")("playwright-core");
const [executablePath, url] = process.argv.slice(2);

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const browser = await chromium.launch({ executablePath, args });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
// The page calls these of its own accord when it hosts an extension test.
await page.exposeFunction("codeAutomationLog", (type, given) => console.error(type, ...given));
await page.exposeFunction("codeAutomationExit", () => {});
await page.goto(url);

const answers = {
  focus: () => page.locator(".monaco-editor .native-edit-context, .monaco-editor textarea").first().focus(),
  press: ({ key }) => page.keyboard.press(key),
  type: ({ text }) => page.keyboard.type(text),
  click: ({ selector }) => page.locator(selector).first().click({ timeout: 20_000 }),
  wait: ({ selector }) => page.locator(selector).first().waitFor({ timeout: 20_000 }),
  screenshot: ({ path }) => page.screenshot({ path }),
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { ask, ...given } = JSON.parse(line);
  let answer = { result: null };
  try {
    await answers[ask](given);
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
await browser.close();
