// The width of pages of text where nothing else is known.

/** Columns of help and of other pages of text. */
export const pageWidth = 79;
