// How an account's receipts write the ids of messages, in words.
import type { AccountListing } from '../api/types.ts';
import { count, counted, moment } from '../text/format.ts';

type ReceiptIds = NonNullable<AccountListing['receipt_ids']>;

/** "Answers write … Learnt on 2 Mar, 14:05." */
export function formWords({ sentence, is_learnt, since }: ReceiptIds): string {
	if (is_learnt && since) return `${sentence} Learnt ${moment(since)}.`;
	return since ? `${sentence} So say its settings; heard since ${moment(since)}.` : sentence;
}

/** What became of receipts that match no message for certain. */
export function unmatchedWords({ n_unmatched }: ReceiptIds): string {
	return n_unmatched ? `${counted(n_unmatched, 'receipt')} ${n_unmatched === 1 ? 'matches' : 'match'} no message for certain.` : 'Every receipt has found its message.';
}

/** "3 of padded, 1 of same": what receipts have voted for so far, while it is not known. */
export function voteWords({ form, votes }: ReceiptIds): string {
	const given = Object.entries(votes).map(([name, n]) => `${count(n)} for ${name.replaceAll('_', ' ')}`);
	return form === 'learn' && given.length ? `So far: ${given.join(', ')}.` : '';
}
