// Tests that take a minute and more: they run in CI and by hand, so that `npm test` stays short.

/** Why they are left out; undefined: they run. */
export const slowMissing =
  process.env['SLOW'] === '1' || process.env['LONG'] === '1' ? undefined : 'SLOW=1 runs it, as CI does';
