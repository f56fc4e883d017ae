// Where the messages of an account go while traffic has left it, and until when, in words.
import type { Account } from '../api/types.ts';
import { moment } from '../text/format.ts';

/** "Sending over “Second line” until 14:05 at the earliest."; null while an account has its traffic. */
export function awayWords({ away }: Pick<Account, 'away'>): string | null {
	if (!away) return null;
	const until = away.until ? `until ${moment(away.until)} at the earliest` : 'until it has been well for a minute';
	const names = away.to.map((name) => `“${name}”`).join(' and ');
	return names ? `Sending over ${names} ${until}.` : `Nobody stands in: its messages wait ${until}.`;
}
