// The GSM 7-bit default alphabet and its extension (3GPP TS 23.038 §6.2.1), as the server's wire/gsm.py has them.

const BASIC =
	'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
	'¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENSION = '\f^{}\\[~]|€';

const SEPTETS = new Map<string, 1 | 2>([
	...[...BASIC].map((character) => [character, 1] as const),
	...[...EXTENSION].map((character) => [character, 2] as const)
]);

/** Septets of one character: 1, 2 (behind an escape), or 0 when the alphabet does not have it. */
export const septetsOf = (character: string): 0 | 1 | 2 => SEPTETS.get(character) ?? 0;
