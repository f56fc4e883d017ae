// The shapes of the HTTP API as the dashboard reads them. Nothing here is logic; the contract is /api/openapi.json.

export interface Page<T> {
	items: T[];
	next: string | null;
}

export interface Me {
	workspace: { id: string; name: string };
	member: { name: string; role: string };
	simulator: boolean;
}

export type Purpose = 'marketing' | 'reminder' | 'transactional';
export type Content = 'mms' | 'text_link' | 'text';
export type Channel = 'mms' | 'sms' | 'sms_link';
export type CampaignState = 'draft' | 'sending' | 'paused' | 'done' | 'canceled';
export type MessageState =
	| 'queued'
	| 'held'
	| 'sending'
	| 'retrying'
	| 'sent'
	| 'delivered'
	| 'undelivered'
	| 'failed'
	| 'unknown'
	| 'skipped'
	| 'expired'
	| 'canceled';

export interface Account {
	id: string;
	name: string;
	carrier: 'smpp' | 'mm7';
	state: 'up' | 'down' | 'connecting';
	since: string | null;
	detail: string;
	in_flight: number;
	window: number;
	queue: number;
}

export interface Approval {
	network: string;
	status: 'approved' | 'pending' | 'rejected';
	at: string | null;
}

export interface Sender {
	id: string;
	kind: 'short_code' | 'long_code' | 'toll_free' | 'alphanumeric';
	address: string;
	display: string;
	country: string;
	countries: string[];
	mms_enabled: boolean;
	can_mms: boolean;
	mms_note: string;
	approvals: Approval[];
}

export interface Group {
	id: string;
	name: string;
	purpose: Purpose;
	has_mms: boolean;
	mms_tag: string;
	n_subscribed: number;
	n_unsubscribed: number;
	fallback: { carrier_not_approved: boolean; sender_cannot_mms: boolean; media_not_taken: boolean };
	senders: Sender[];
}

export interface Contact {
	id: string;
	phone: string;
	country: string;
	network: string | null;
	first_name: string;
	last_name: string;
	attributes: Record<string, unknown>;
	subscriptions: { group_id: string; state: string }[];
}

export interface PeopleList {
	id: string;
	name: string;
	n_people: number;
	created_at: string;
}

export interface ImportReport {
	list_id: string;
	n_rows: number;
	n_people: number;
	n_rejected: number;
	n_subscribed: number;
	n_already_opted_out: number;
	rejected: { row_number: number; value: string; reason: string; sentence: string }[];
}

export interface Media {
	id: string;
	filename: string;
	content_type: string;
	n_octets: number;
	width: number | null;
	height: number | null;
	frames: number | null;
	alt_text: string;
	created_at: string;
	url: string;
	warning: string | null;
}

export interface Preview {
	person: { name: string; phone: string; country: string } | null;
	body: string;
	channel: Channel;
	reason: string;
	fallback_body: string;
	link: string | null;
	segments: number;
	fallback_segments: number;
	missing_fields: string[];
	error: { line: number; sentence: string } | null;
}

export interface Audience {
	kind: 'list' | 'group' | 'all';
	list_id?: string | null;
	label?: string;
}

/** What a campaign says, to whom: the part of it that can be edited while it is a draft. */
export interface DraftFields {
	name: string;
	group_id: string;
	body: string;
	media_id: string | null;
	content: Content;
	audience: Audience;
}

export interface Reasoned {
	reason: string;
	sentence: string;
	n: number;
}

export interface Check {
	id: string;
	level: 'pass' | 'warning' | 'stop';
	title: string;
	detail: string;
	fix: { label: string; href?: string | null; action?: string | null } | null;
}

export interface Estimate {
	audience: number;
	mms: number;
	sms_link: number;
	sms: number;
	skipped: number;
	channels_by_reason: (Reasoned & { channel: Channel })[];
	skipped_by_reason: Reasoned[];
	segments: { total: number; spread: { segments: number; n: number }[] };
	variants: {
		route: string;
		budget_octets: number;
		octets: number;
		content_type: string;
		width: number | null;
		height: number | null;
	}[];
	weight: {
		media_octets: number;
		body_octets: number;
		total: number;
		verdict: string;
		sentence: string;
	} | null;
	checks: Check[];
}

/** Each message is in exactly one of these counts, so they add up to `total`. */
export interface Progress {
	total: number;
	queued: number;
	held: number;
	sending: number;
	sent: number;
	delivered: number;
	undelivered: number;
	failed: number;
	unknown: number;
	skipped: number;
	canceled: number;
	expanded: number;
	rate_per_s: number;
	channels: (Reasoned & { channel: Channel })[];
	skipped_by_reason: Reasoned[];
	failed_by_reason: { code: string; sentence: string; n: number }[];
	waiting: string | null;
	opens: number;
}

export interface Campaign {
	id: string;
	name: string;
	state: CampaignState;
	group_id: string;
	group_name: string;
	body: string;
	media: Media | null;
	content: Content;
	audience: Audience;
	n_audience: number;
	version: number;
	created_at: string;
	updated_at: string;
	launched_at: string | null;
	finished_at: string | null;
	progress: Progress | null;
}

export interface Home {
	delivered_24h: number;
	sent_24h: number;
	on_the_way: number;
	opted_out_24h: number;
	failed_24h: number;
	needs_you: { kind: string; title: string; detail: string; href: string }[];
	campaigns: Campaign[];
	accounts: Account[];
	per_half_hour: { at: string; delivered: number; undelivered: number; failed: number }[];
}

export interface MessageRow {
	id: string;
	created_at: string;
	phone: string;
	person_name: string | null;
	campaign_id: string | null;
	campaign_name: string | null;
	group_name: string;
	channel: Channel | null;
	state: MessageState;
	reason: string | null;
	sentence: string | null;
	segments: number | null;
	sender: string | null;
}

export interface TimelineStep {
	at: string;
	kind: string;
	title: string;
	detail: string;
	facts: { label: string; value: string }[];
	raw: string | null;
	tone: 'ok' | 'warn' | 'bad' | 'info';
}

export interface MessageDetail extends MessageRow {
	body: string;
	purpose: Purpose;
	media: Media | null;
	link: string | null;
	timeline: TimelineStep[];
}

export interface SimPhone {
	phone: string;
	name: string;
	country: string;
	takes_mms: boolean;
	n_messages: number;
	last_at: string | null;
	last_text: string | null;
	unread?: number;
}

export interface SimMessage {
	at: string;
	/** `in` is what the phone received. */
	direction: 'in' | 'out';
	from: string;
	to: string;
	text: string;
	media: { url: string; content_type: string }[];
	kind: 'sms' | 'mms';
}

export interface SimPhoneDetail {
	phone: string;
	name: string;
	country: string;
	takes_mms: boolean;
	messages: SimMessage[];
}
