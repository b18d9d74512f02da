/** As many marks on one letter as a text that streams may have (Unicode's UAX #15 says 30); no language has ten. */
const pile = /([\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]+/gu;

/**
 * Takes away the marks above the thirtieth on one letter. Called before `normalize`, which puts the marks of a letter in
 * order and takes the square of their number for it: a message of 50 000 marks held up everybody for four seconds.
 */
export const withoutPiles = (text: string): string => text.replace(pile, '$1');
