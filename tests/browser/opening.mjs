// node opening.mjs CHROMIUM PROFILE REPORT RUNS: opens a report several times, each in a context of its own, and prints
// as JSON, in milliseconds, when it was loaded and when it had been drawn twice, and how long a search took; and how
// many pages it prints.
import { chromium } from 'playwright-core';

const [executablePath, profile, report, runs] = process.argv.slice(2);
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const browser = await chromium.launch({ executablePath, args, env: { ...process.env, HOME: profile } });
const found = { loaded: [], drawn: [], search: [], elements: 0, pages: 0 };

for (let run = 0; run < Number(runs); run += 1) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(report);
  found.drawn.push(await page.evaluate(async () => {
    await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
    return Math.round(performance.now());
  }));
  found.loaded.push(await page.evaluate(() => Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)));
  found.search.push(await page.evaluate(async () => {
    const start = performance.now();
    document.getElementById('q').value = 'zzzz';
    document.querySelector('.bar').requestSubmit();
    await new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); });
    return Math.round(performance.now() - start);
  }));
  found.elements = await page.evaluate(() => document.querySelectorAll('*').length);
  await context.close();
}
const page = await (await browser.newContext()).newPage();
await page.goto(report);
const pdf = await page.pdf({ preferCSSPageSize: true });
found.pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
await browser.close();
process.stdout.write(JSON.stringify(found));
