// The words of the product: what each state, channel and purpose is called, and the colour that goes with it.
import type { CampaignState, Channel, Content, MessageState, Purpose, Sender } from '../api/types.ts';

export type Tone = 'ok' | 'warn' | 'bad' | 'acc' | '';
interface Word {
	label: string;
	tone: Tone;
}

export const MESSAGE_STATES: Record<MessageState, Word> = {
	delivered: { label: 'Delivered', tone: 'ok' },
	sent: { label: 'On the way', tone: 'acc' },
	sending: { label: 'Sending', tone: 'acc' },
	queued: { label: 'Queued', tone: '' },
	held: { label: 'Held', tone: 'warn' },
	retrying: { label: 'Trying again', tone: 'warn' },
	undelivered: { label: 'Undelivered', tone: 'warn' },
	unknown: { label: 'No answer', tone: 'warn' },
	failed: { label: 'Failed', tone: 'bad' },
	skipped: { label: 'Skipped', tone: '' },
	expired: { label: 'Expired', tone: '' },
	canceled: { label: 'Canceled', tone: '' }
};

export const CAMPAIGN_STATES: Record<CampaignState, Word> = {
	draft: { label: 'Draft', tone: '' },
	sending: { label: 'Sending', tone: 'acc' },
	paused: { label: 'Paused', tone: 'warn' },
	done: { label: 'Done', tone: 'ok' },
	canceled: { label: 'Canceled', tone: '' }
};

export const CHANNELS: Record<Channel, string> = { mms: 'Picture', sms_link: 'Text + link', sms: 'Text' };
export const CONTENTS: Record<Content, string> = { mms: 'Picture', text_link: 'Text + link', text: 'Text' };
/** How messages go with their pictures and files: a filter. */
export const CARRYING = { with: 'Picture or file in it', link: 'Text + link', without: 'Text only' };
export const PURPOSES: Record<Purpose, string> = {
	marketing: 'Marketing',
	reminder: 'Reminders',
	transactional: 'Transactional',
	reply: 'Replies'
};
export const SENDER_KINDS: Record<Sender['kind'], string> = {
	short_code: 'Short code',
	long_code: 'Long code',
	toll_free: 'Toll-free',
	alphanumeric: 'Name'
};

/** A carrier account's link. */
export const ACCOUNT_STATES: Record<string, Word> = {
	up: { label: 'Connected', tone: 'ok' },
	connecting: { label: 'Connecting', tone: 'warn' },
	down: { label: 'Not reachable', tone: 'bad' },
	paused: { label: 'Paused', tone: 'warn' }
};
export const accountWord = (state: string): Word => ACCOUNT_STATES[state] ?? { label: state, tone: '' };

/** What became of one try to hand a message over. */
export const OUTCOMES: Record<string, Word> = {
	accepted: { label: 'Taken', tone: 'ok' },
	partly: { label: 'Taken in part', tone: 'warn' },
	refused: { label: 'Refused', tone: 'bad' },
	unknown: { label: 'No answer', tone: 'warn' },
	waiting: { label: 'Waiting', tone: 'acc' }
};

export const stateWord = (state: string): Word =>
	MESSAGE_STATES[state as MessageState] ?? { label: state, tone: '' };
