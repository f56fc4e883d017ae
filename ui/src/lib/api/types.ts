// Names for the shapes the dashboard reads, each taken from the route that gives it. Nothing is declared twice.
import type { Answer, Ask, Path } from './routes.ts';

/** Paths of lists, and the item a list has. */
export type ListPath = { [P in Path<'get'>]: Answer<'get', P> extends { items: unknown[] } ? P : never }[Path<'get'>];
type Item<P extends Path<'get'>> = Answer<'get', P> extends { items: (infer I)[] } ? I : never;
export type ItemOf<P extends ListPath> = Item<P>;

export type Me = Answer<'get', '/me'>;
export type Home = Answer<'get', '/home'>;
/** An account as events tell it; the list knows more. */
export type Account = Home['accounts'][number];
export type AccountListing = Item<'/accounts'>;
export type AccountDetail = Answer<'get', '/accounts/{account_id}'>;
export type StandIn = AccountDetail['stand_ins'][number];
export type CarrierKind = Item<'/accounts/kinds'>;
export type CarrierSetting = CarrierKind['settings'][number];
export type Exchange = Item<'/accounts/{account_id}/exchanges'>;
export type Trial = Answer<'post', '/accounts/test'>;
export type Contact = Item<'/contacts'>;
export type PeopleList = Item<'/lists'>;
export type Media = Item<'/media'>;
export type MediaDetail = Answer<'get', '/media/{media_id}'>;
export type Folders = Answer<'get', '/media/folders'>;
export type Uploaded = Answer<'post', '/media'>;
export type Group = Item<'/groups'>;
/** How some of a group's accounts cut its texts. */
export type GroupCut = Group['cuts'][number];
export type GroupChange = Ask<'patch', '/groups/{group_id}'>['body'];
export type UnknownMms = Group['unknown_mms'];
export type TextRules = Group['text_rules'];
export type Purpose = Group['purpose'];
export type Sender = Group['senders'][number];
export type ImportReport = Answer<'post', '/imports'>;

export type Campaign = Item<'/campaigns'>;
export type CampaignState = Campaign['state'];
export type Content = Campaign['content'];
export type Progress = NonNullable<Campaign['progress']>;
/** What a campaign says, to whom: the part of it that can be edited while it is a draft. */
export type DraftFields = Required<Ask<'post', '/campaigns'>['body']> & { audience: Audience };
/** What a draft wants otherwise than its group of the rules for texts. */
export type TextWishes = NonNullable<Ask<'post', '/campaigns'>['body']['text_rules']>;
export type Audience = Ask<'post', '/campaigns'>['body']['audience'];
export type Estimate = Answer<'post', '/estimate'>;
export type Check = Estimate['checks'][number];
export type Preview = Answer<'post', '/preview'>;
export type PreviewQuestion = Required<Ask<'post', '/preview'>['body']>;

export type MessageRow = Item<'/messages'>;
export type MessageState = MessageRow['state'];
export type Channel = NonNullable<MessageRow['channel']>;
export type MessageDetail = Answer<'get', '/messages/{message_id}'>;
export type TimelineStep = MessageDetail['timeline'][number];

export type SimPhone = Item<'/simulator/phones'>;
export type SimPhoneDetail = Answer<'get', '/simulator/phones/{number}'>;
