// The character set of the locale, as POSIX reads it from the environment. Pure.

/**
 * Whether a terminal with this environment shows Unicode. The first of LC_ALL, LC_CTYPE and LANG that is not empty
 * decides. Where none is set, as in most containers, and on Windows, it is taken for granted.
 */
export function speaksUnicode(env: Readonly<Record<string, string | undefined>>, platform: string): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  if (locale === undefined || platform === 'win32') return true;
  // LANGUAGE_TERRITORY.CHARSET@MODIFIER: without a charset it is an old one.
  return /\.utf-?8(@|$)/i.test(locale) || /^utf-?8$/i.test(locale);
}
