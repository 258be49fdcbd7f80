// What every inspection of a page shares: a browser, pages that tell what they ask for and complain of, and axe-core.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

const desktop = { viewport: { width: 1440, height: 900 } };
export const phone = { viewport: { width: 390, height: 844 } };
// A4 without its margins is 182 mm wide, at 96 CSS pixels an inch.
export const paper = { viewport: { width: 688, height: 990 } };
export const printing = (page) => page.emulateMedia({ media: 'print' });

export const launched = (executablePath, profile) => chromium.launch({ executablePath, args, env: { ...process.env, HOME: profile } });

// A browser that opens one address, and what it found by then.
export async function looking(executablePath, profile, address) {
  const browser = await launched(executablePath, profile);
  const found = { axe: {}, requests: [], complaints: [], dialogs: 0, overflow: {} };
  let judged;

  async function opened(options) {
    const context = await browser.newContext({ ...desktop, ...options });
    const page = await context.newPage();
    page.on('request', (it) => found.requests.push(it.url()));
    page.on('console', (it) => found.complaints.push(it.text()));
    page.on('pageerror', (it) => found.complaints.push(String(it)));
    page.on('dialog', (it) => { found.dialogs += 1; it.dismiss(); });
    return page;
  }

  async function visit(options) {
    const page = await opened(options);
    await page.goto(address);
    return page;
  }

  // What axe-core says of the page in a state, and how much wider it is than the screen. The page is loaded anew for
  // each state, in the same tab: a new one costs as much as the loading.
  async function judge(name, [{ viewport = desktop.viewport, colorScheme = 'light' }, prepare]) {
    // Axe itself is a script that the page's policy would refuse; the policy is tested with other pages.
    judged ??= await opened({ bypassCSP: true });
    await judged.setViewportSize(viewport);
    await judged.emulateMedia({ media: 'screen', colorScheme });
    await judged.goto(address);
    if (prepare) await prepare(judged);
    found.overflow[name] = await judged.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await judged.evaluate(axe);
    // On paper nothing is a target.
    const rules = { 'target-size': { enabled: !name.startsWith('on paper') } };
    const how = { runOnly: standards, resultTypes: ['violations'], rules };
    const result = await judged.evaluate((it) => window.axe.run(document, it), how);
    found.axe[name] = result.violations.map((it) => `${it.id}: ${it.nodes.slice(0, 3).map((node) => node.target).join(' | ')}`);
  }

  return { browser, found, visit, judge };
}
