// What every inspection of a page shares: a browser, pages that tell what they ask for and complain of, and axe-core.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export const phone = { viewport: { width: 390, height: 844 } };
// A4 without its margins is 182 mm wide, at 96 CSS pixels an inch.
export const paper = { viewport: { width: 688, height: 990 } };
export const printing = (page) => page.emulateMedia({ media: 'print' });

export const launched = (executablePath, profile) => chromium.launch({ executablePath, args, env: { ...process.env, HOME: profile } });

// A browser that opens one address, and what it found by then.
export async function looking(executablePath, profile, address) {
  const browser = await launched(executablePath, profile);
  const found = { axe: {}, requests: [], complaints: [], dialogs: 0, overflow: {} };

  async function visit(options, prepare) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    page.on('request', (it) => found.requests.push(it.url()));
    page.on('console', (it) => found.complaints.push(it.text()));
    page.on('pageerror', (it) => found.complaints.push(String(it)));
    page.on('dialog', (it) => { found.dialogs += 1; it.dismiss(); });
    await page.goto(address);
    if (prepare) await prepare(page);
    return page;
  }

  // What axe-core says of the page in a state, and how much wider it is than the screen.
  async function judge(name, [options, prepare]) {
    // Axe itself is a script that the page's policy would refuse; the policy is tested with other pages.
    const page = await visit({ ...options, bypassCSP: true }, prepare);
    found.overflow[name] = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await page.evaluate(axe);
    // On paper nothing is a target.
    const rules = { 'target-size': { enabled: !name.startsWith('on paper') } };
    const result = await page.evaluate((how) => window.axe.run(document, how), { runOnly: standards, rules });
    found.axe[name] = result.violations.map((it) => `${it.id}: ${it.nodes.slice(0, 3).map((node) => node.target).join(' | ')}`);
    await page.context().close();
  }

  return { browser, found, visit, judge };
}
