import { expect, it } from 'vitest';
import { inBrowser } from '../support/server/browser.ts';

inBrowser('the API reference', {}, (site) => {
  it('an operation is found and its example request succeeds unchanged', async () => {
    const { page, errors, requestedUrls } = await site.visit('docs');
    await page.getByRole('link', { name: 'Reservations', exact: true }).first().click();
    await page
      .getByRole('link', { name: /^Hold units of a slot/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'Hold units of a slot' }).waitFor();
    await page
      .getByRole('button', { name: /^Test Request.*\/api\/v1\/reservations\)?$/ })
      .first()
      .click();
    await page.getByRole('button', { name: /^Send/ }).first().click();
    await page.getByText('201 Created').waitFor();
    expect(errors).toEqual([]);
    expect(requestedUrls.filter((url) => !url.startsWith(site.url) && !/^(data|blob):/.test(url))).toEqual([]);
  });
});
