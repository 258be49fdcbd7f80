// node opening.mjs CHROMIUM PROFILE PAGE RUNS: opens a page several times, each in a context of its own, and prints as
// JSON, in milliseconds, when it was loaded and when it had been drawn twice, how long its own thread had worked by then
// (which other programs do not lengthen), and how long a search took where there is one; how many elements and nodes it
// has, and how many pages it prints where RUNS is followed by `print`.
import { launched } from './browser.mjs';

const [executablePath, profile, address, runs, print] = process.argv.slice(2);
const browser = await launched(executablePath, profile);
const found = { loaded: [], drawn: [], worked: [], search: [], elements: 0, nodes: 0, pages: 0 };

for (let run = 0; run < Number(runs); run += 1) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const inside = await context.newCDPSession(page);
  await inside.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(address);
  found.drawn.push(await page.evaluate(async () => {
    await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
    return Math.round(performance.now());
  }));
  const told = Object.fromEntries((await inside.send('Performance.getMetrics')).metrics.map((it) => [it.name, it.value]));
  found.worked.push(Math.round(told.TaskDuration * 1000));
  found.nodes = told.Nodes;
  found.loaded.push(await page.evaluate(() => Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)));
  if (await page.locator('#q').count()) {
    found.search.push(await page.evaluate(async () => {
      const start = performance.now();
      document.getElementById('q').value = 'zzzz';
      document.querySelector('.bar').requestSubmit();
      await new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); });
      return Math.round(performance.now() - start);
    }));
  }
  found.elements = await page.evaluate(() => document.querySelectorAll('*').length);
  await context.close();
}
if (print) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(address);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  found.pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}
await browser.close();
process.stdout.write(JSON.stringify(found));
